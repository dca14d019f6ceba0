"""Keywords, the forms in which customers write them, and words that look alike but are others."""

SL = """
    račun: račun računa računu računom računi računov računih računoma racunov
    predračun: predračuna predračunu predračunom predračuni predračunov
    cena: cena cene ceni ceno cen cenah cenam cenami
    ponudba: ponudbe ponudbi ponudbo ponudb ponudbah ponudbam ponudbami
    popust: popusta popustu popustom popusti popustov popustih
    svetilka: svetilke svetilki svetilko svetilk svetilkah svetilkam svetilkami
    žarnica: žarnice žarnici žarnico žarnic žarnicah zarnicami
    luč: luči lučjo lučmi lučem lučeh lučih
    napaka: napake napaki napako napak napakah napakami
    okvara: okvare okvari okvaro okvar okvarah okvarami
    popravek: popravka popravku popravkom popravki popravkov popravke popravkih
    podatek: podatka podatki podatkov podatke podatkih podatkom
    kabel: kabla kablu kablom kabli kablov kable kablih
    geslo: gesla geslu geslom gesel geslih
    plačilo: plačila plačilu plačilom plačil plačilih
    naročilo: naročila naročilu naročilom naročil naročilih
    vprašanje: vprašanja vprašanju vprašanjem vprašanj vprašanjih
    monitor: monitorja monitorju monitorjem monitorji monitorjev
    nastavitev: nastavitve nastavitvi nastavitvijo nastavitvah nastavitvam nastavitvami
    denar: denarja denarju denarjem
    napetost: napetosti napetostjo
    plačati: plačam plačaš plača plačamo plačate plačajo plačal plačala plačali plačale plačan plačana plačano plačaj
    delati: dela delam delajo delal delala delali delalo delat
    ne dela: ne_dela ne_delajo ne_delam ne_delata ne_delal ne_delala
    ne deluje: ne_delujejo ne_delujeta ne_deloval ne_delovala ne_delovati
    ne sveti: ne_sveti ne_svetijo ne_svetita ne_svetil ne_svetila ne_svetile
    kupiti: kupim kupi kupite kupil kupila kupili kupljen kupljena kupljeno
    okvariti: okvari okvaril okvarila okvarjen okvarjena okvarjeni okvarjenega
    posodobiti: posodobim posodobil posodobila posodobljen posodobljena
    povezati: povežem poveže povežejo povezal povezala povezan povezani
    naročiti: naročim naroči naročil naročila naročili naročen naročeno
    potrebovati: potrebujem potrebuje potrebujemo potrebuješ potreboval potrebovala
    ugasniti: ugasne ugasnejo ugasnil ugasnila
    želeti: želim želi želimo želite želel želela
    pokvarjen: pokvarjena pokvarjeno pokvarjeni pokvarjene pokvarjenega pokvarjenih pokvarjenim
    razočaran: razočarana razočarani razočarano razočarane
    uporabniški račun: uporabniškega_računa uporabniškemu_računu uporabniških_računov uporabniškim_računom
    pritožba: pritožbe pritožbi pritožbo pritožb pritožbami
    rak: raka raku rakom raki rakov
    prijava: prijave prijavi prijavo prijav prijavah
    =dim: dim
"""
SL_OTHERS = """
    cena: cenzura cenim cenilec centrala cenik cent
    račun: računalnik računalništvo računati računovodja
    rak: rakija raketa rakun raca
    luč: lučka lučaj ločiti
    kabel: kabina kabare
    popust: popustljiv popustiti popustila
    plača: plačilnica plačnik placebo
    napaka: napakiran napačen
    dim: dimnik dimenzija dimnikar
    delo: delovodja delfin delavec delavnica
    geslo: gesta geslovnik
    svetilka: svetilnik svetlost svetovalec svet
    okvara: okvir okvirno
    ne dela: ne_delavec nedelja ne_daje
    ponudba: ponudnik
    prijava: prijaviti prijatelj prijazen
    naročilo: naročnik naročje narod
    =račun: računa računi
    denar: denarnica denarni
    podatek: podaljšek podatkoven podati
"""

HR = """
    račun: račun računa računu računom računi računima račune racunima
    cijena: cijene cijeni cijenu cijenom cijena cijenama
    ponuda: ponude ponudi ponudu ponudom ponudama
    popust: popusta popustu popustom popusti popustima popuste
    lampa: lampe lampi lampu lampom lampama
    žarulja: žarulje žarulji žarulju žaruljom žaruljama zarulju
    lozinka: lozinke lozinki lozinku lozinkom lozinkama
    greška: greške grešci grešku greškom grešaka greškama
    kvar: kvara kvaru kvarom kvarovi kvarova kvarove kvarovima
    zadatak: zadatka zadatku zadatkom zadaci zadataka zadatke zadacima
    razlog: razloga razlogu razlogom razlozi razlozima razloge
    knjiga: knjige knjizi knjigu knjigom knjigama
    pritužba: pritužbe pritužbi pritužbu pritužbom pritužaba pritužbama
    narudžba: narudžbe narudžbi narudžbu narudžbom narudžbama narudzbu
    uređaj: uređaja uređaju uređaji uređajima uredjaj uredaji
    novac: novca novcu novcem novci
    povrat: povrata povratu povratom
    plaćanje: plaćanja plaćanju plaćanjem plaćanjima
    mogućnost: mogućnosti mogućnošću mogućnostima
    dobavljač: dobavljača dobavljaču dobavljačem dobavljači
    platiti: platim platiš plati platimo platite platio platila platili platile plaćen plaćena plaćeno
    plaćati: plaćam plaćaš plaća plaćamo plaćaju plaćao plaćala plaćali
    raditi: radim radi radimo rade radio radila radili radilo
    ne radi: ne_radi ne_rade ne_radim ne_radio ne_radila ne_radilo
    ne svijetli: ne_svijetli ne_svijetle ne_svijetlio ne_svijetlila
    naplatiti: naplatim naplati naplatite naplatio naplatila naplatili naplaćen naplaćeno
    kupiti: kupim kupi kupio kupila kupili kupljen kupljena
    povezati: povežem poveže povežu povezao povezala povezan povezana
    trebati: trebam treba trebamo trebaju trebao trebala
    ažurirati: ažuriram ažurira ažurirao ažurirala ažurirano
    pokvario: pokvario pokvarila pokvarilo pokvarili
    pokvaren: pokvarena pokvareno pokvareni pokvarenog pokvarenih pokvarenom
    razočaran: razočarana razočarani razočarano razočarane
    korisnički račun: korisničkog_računa korisničkom_računu korisnički_računi korisničkim_računima
    treperi: treperi trepere treperio treperila
    odvjetnik: odvjetnika odvjetniku odvjetnici odvjetnicima odvjetnikom
    kabel: kabela kabla kablovi kablom kablu
    kartica: kartice kartici karticu karticom karticama
    uplata: uplate uplati uplatu uplatom uplatama
    rak: raka raku rakom rakovi rakova
"""
HR_OTHERS = """
    cijena: cijenjen cjenik cijeli cijev
    račun: računalo računar računalni računovodstvo
    rak: rakija raketa rakun
    kvar: kvart kvartal kvarc
    lampa: lampion
    ponuda: ponuđač ponuditelj ponedjeljak
    radio: radionica radijator
    knjiga: knjigovođa knjižara knjižnica
    greška: grešnik grijeh
    lozinka: loza lozovača
    novac: novčanik novčani novina
    platiti: platno platforma platina
    uplata: uplašen upala
    kartica: karta karton kartoteka
    popust: popustljiv
    zadatak: zadah zadnji
    povrat: povratak povrće povratnica
    =lampa: lampe lampu
    dim: dimnjak dimenzija
    kabel: kabina kabanica
"""

EN = """
    invoice: invoice invoices invoiced invoicing invoice's
    bill: bill bills billed billing
    charge: charge charges charged charging
    refund: refund refunds refunded refunding
    pay: pay pays paid paying
    payment: payments payment's
    receipt: receipts
    price: prices priced pricing
    quote: quotes quoted quoting
    discount: discounts discounted
    buy: buys bought buying
    order: orders ordered ordering
    deliver: delivers delivered delivering
    delivery: deliveries delivery's
    reply: replies replied replying
    company: companies
    break: breaks broke broken breaking
    lamp: lamps lamp's
    light: lights lit lighting
    bulb: bulbs
    switch: switches switched switching
    crash: crashes crashed crashing
    flash: flashes flashed flashing
    fix: fixes fixed fixing
    box: boxes boxed
    connect: connects connected connecting
    disconnect: disconnects disconnected disconnecting
    reset: resets resetting
    plug: plugs plugged plugging
    log: logs logged logging
    dim: dims dimmed dimming
    stop: stops stopped stopping
    drop: drops dropped dropping
    flicker: flickers flickered flickering
    error: errors
    smoke: smokes smoked smoking
    burn: burns burned burnt burning
    spark: sparks sparked sparking
    catch fire: catch_fire catch_fires
    stop working: stopped_working stops_working stopping_working stop_working
    doesn't work: doesn't_work don't_work didn't_work doesn’t_work
    won't turn on: won't_turn_on wouldn't_turn_on
    isn't working: isn't_working aren't_working wasn't_working
    return: returns returned returning
    lose: loses lost losing
    send: sends sent sending
    get: gets got getting
    send back: sent_back sends_back sending_back
    complain: complains complained complaining
    complaint: complaints
    cancel: cancels cancelled canceled cancelling canceling
    subscribe: subscribes subscribed subscribing
    subscription: subscriptions
    password: passwords
    login: logins
    want: wants wanted wanting
    use: uses used using
    try: tries tried trying
    die: dies died dying
    see: sees saw seen seeing
    agree: agrees agreed agreeing
    catalog: catalogs catalog's
    credit card: credit_card credit_cards credit_card's
    warranty: warranties
    leak: leaks leaked leaking
    install: installs installed installing
    update: updates updated updating
    ship: ships shipped shipping
    wait: waits waited waiting
    ask: asks asked asking
    repair: repairs repaired repairing
    replace: replaces replaced replacing
    battery: batteries battery's
    forget: forgets forgot forgotten
"""
EN_OTHERS = """
    bill: billion billboard billiards
    pay: paysafe payload
    star: stared stare staring
    price: priceless pricey
    lamp: lampoon lamppost
    light: lightning lighthouse
    log: logo logic logical
    dim: dimension diminish
    plan: planed plane planet
    order: ordinary orderly
    fix: fixture
    box: boxer
    car: care caring cared
    error: erroneous
    return: returnee
    break: breakfast
    charge: charger
    use: useful usual user
    ship: shipment
    cancel: cancer
    complaint: compliant
    reset: reseller
    bulb: bulbous
    crash: crass
    =broken: broke
    broken: broke break
    connect: connection connector
"""

HE = """
    חשבונית: חשבונית החשבונית לחשבונית מהחשבונית והחשבונית חשבוניות החשבוניות שהחשבונית חשבוניתי חשבוניותיי
    תשלום: תשלום התשלום תשלומים התשלומים לתשלום בתשלומים תשלומי התשלומי ושהתשלום תשלומו
    מנורה: מנורה המנורה מנורות המנורות מנורת המנורת למנורה והמנורות שהמנורה כשהמנורה מנורתי
    תקלה: תקלה התקלה תקלות התקלות תקלת בתקלה והתקלה שתקלה תקלתי
    אפליקציה: אפליקציה האפליקציה אפליקציות באפליקציה שהאפליקציה מהאפליקציה
    סיסמה: סיסמה הסיסמה סיסמת סיסמות לסיסמה והסיסמה סיסמתי
    מחיר: מחיר המחיר מחירים המחירים מחירי במחיר למחיר שהמחיר מחירה מחירו
    הנחה: הנחה ההנחה הנחות ההנחות בהנחה להנחה הנחת
    תלונה: תלונה התלונה תלונות התלונות לתלונה תלונתי שהתלונה ותלונה
    קטלוג: קטלוג הקטלוג קטלוגים בקטלוג לקטלוג מהקטלוג
    שגיאה: שגיאה השגיאה שגיאות השגיאות בשגיאה שגיאת
    חיוב: חיוב החיוב חיובים החיובים לחיוב בחיוב חיובי
    עובד: עובד עובדת עובדים עובדות שעובד
    לא עובד: לא_עובד לא_עובדת לא_עובדים לא_עובדות
    לא נדלק: לא_נדלק לא_נדלקת לא_נדלקים לא_נדלקות לא_נדלקה לא_נדלקו
    נשבר: נשבר נשברה נשברו שנשבר שנשברה ונשבר
    שבור: שבור שבורה שבורים שבורות
    מהבהב: מהבהב מהבהבת מהבהבים מהבהבות
    שילמתי: שילמתי ושילמתי ששילמתי
    קנה: קנה קנתה קניתי קנינו קנו
    מאוכזב: מאוכזב מאוכזבת מאוכזבים מאוכזבות
    רוצה: רוצה רוצים רוצות
    פיצוי: פיצוי פיצויים הפיצויים פיצויי
    הזמנה: הזמנה ההזמנה הזמנות בהזמנה להזמנה הזמנתי שההזמנה
    משלוח: משלוח המשלוח משלוחים במשלוח משלוחי
    מוצר: מוצר המוצר מוצרים המוצרים במוצר מוצרי
    לקוח: לקוח הלקוח לקוחות לקוחה ללקוח
    שירות: שירות השירות בשירות לשירות שירותי
    טעות: טעות הטעות טעויות בטעות
    כרטיס אשראי: כרטיס_אשראי הכרטיס_אשראי כרטיסי_אשראי בכרטיס_אשראי כרטיס_האשראי
    נורה: נורה הנורה נורות הנורות לנורה נורת
    מתג: מתג המתג מתגים במתג
    שלט: שלט השלט שלטים בשלט לשלט
    סוללה: סוללה הסוללה סוללות סוללת
    מע"מ: מע"מ המע"מ מע״מ במע"מ
    ביטול: ביטול הביטול ביטולים לביטול
    קבלה: קבלה הקבלה קבלות קבלת
    אחריות: אחריות האחריות באחריות לאחריות
    חנות: חנות החנות חנויות בחנות לחנות
    זיכוי: זיכוי הזיכוי זיכויים לזיכוי
"""
HE_OTHERS = """
    מחיר: מחירון מחר מחיק
    תשלום: שלום משלוח תשלובת
    קטלוג: קטלני
    מן: שמן זמן
    עובד: עובדה עבודה עובר
    שלט: שלטון
    חשבונית: חשבון חשבונאי
    מנורה: מינורי
    תקלה: תקליט
    הנחה: הנהלה
    תלונה: תלוי תלוש
    =תקלה: תקלות תקלת
    קבלה: קבלן מקבלים קבלים
    נורה: נוראי
    טעות: טעם טעין
    סוללה: סולם
    שירות: שיר
"""


def pairs(table: str) -> list[tuple[str, str]]:
    """Each keyword with each of its words; `_` stands for a space."""
    return [
        (keyword.strip(), word.replace("_", " "))
        for keyword, _, words in (line.partition(":") for line in table.strip().splitlines())
        for word in words.split()
    ]
