"""Messages as customers of the example company write them, with the category that its rules are to give."""

EN = {
    "technical": """
        The lamp I got last week flickers whenever I turn on the kettle.
        the lights are not working since the storm
        My bulbs keep disconnecting from the wifi
        I forgot my password and cant get in
        The app crashes every time I open the schedule page
        One of the three spots is broken
        hi the ceiling light didn't work from day one
        The dimmer stopped working after the last firmware.
        It says error 14 and then nothing happens
        the remote has a fault i think
        My hub is offline again
        Strip won't turn on, tried everything
    """,
    "billing": """
        I paid twice for order 1182
        When will I be refunded?
        You have charged my card again this month
        pls send the invoices for March and April to our accountant
        The VAT number on the receipt is wrong
        our payments are overdue because we never got a bill
        Can I pay by bank transfer?
        I was overcharged by 12 euro
        My credit card was declined
        We were billed for ten, we got eight
    """,
    "pre_sales": """
        How much is shipping the Luna to Vienna?
        Are the black ones in stock?
        I'd like to buy forty pieces for our office, any discounts?
        could you quote us for a hotel with 60 rooms
        What are the prices for schools
        Do you have a printed catalogue
        We are interested in your outdoor lighting
        i want to buy a lamp for my mum
        Please send me a quotation
    """,
    "complaint": """
        I am very disappointed with how your driver treated me.
        This is unacceptable!!!
        I wish to complain about your shop in Celje
        third complaint in a month
        You will hear from my lawyers
        I expect compensation for my ruined evening
        what an outrageous attitude
        Your customer service is a disgrace
    """,
    "general": """
        What are your opening hours on Saturday?
        Where is your nearest shop?
        Thanks for the quick help last week
        How do I dim the lights in the evening?
        Do you recycle old lamps?
        Is there parking in front of your building
        Who is your contact for the press?
        Happy new year to the team
    """,
}

SL = {
    "technical": """
        Luči na vrtu ne svetijo več.
        Nova svetilka ne dela, niti enkrat ni zasvetila
        dve zarnici ne delata
        Stikalo ne deluje odkar ste bili pri nas
        Lučke so nehale delovati, nič se ne vklopi
        Telefon se ne poveze z mostom
        aplikacijo sem namestil, a se ves čas zapira
        Pozabila sem gesla za vstop
        Utripajo vse tri žarnice v kopalnici
        Po posodobitvi javlja napako 14
        Prišlo je do okvare na daljinskem upravljalniku
        Zaslon je pokvarjen
        ne morem se prijaviti v moj profil
    """,
    "billing": """
        Kje dobim kopijo računa?
        Na racunu je napačen naslov podjetja
        prosim za predracun za 5 kosov
        Plačal sem po pošti, a še piše, da dolgujem
        Kdaj bo narejeno vračilo denarja?
        Položnice za maj nisem prejela
        S kartico mi je dvakrat odtegnilo 30 evrov
        Računov za zadnje tri mesece ne najdem
        Ali lahko plačamo na obroke?
        Ali je ddv že vštet
    """,
    "pre_sales": """
        Koliko stanejo svetilke za jedilnico?
        Zanima me, ali imate na zalogi črno različico
        prosimo za ponudbo za 40 svetil
        Kakšne so cene za šole in vrtce?
        Ali imate kakšen popust za upokojence?
        Kje najdem katalog zunanjih svetil
        Kupila bi darilo za mamo
        Rad bi kupil lestenec, ki ste ga imeli v izložbi
        Pošljite mi cenik
        V ponudbi ste imeli modro, je še kje
    """,
    "complaint": """
        Razočarani smo nad odnosom vašega prodajalca.
        To je nesprejemljivo, čakam že tretji teden!
        Rada bi se pritožila nad dostavo
        Vlagam pritožbo zaradi voznika
        Zelo nezadovoljna stranka
        Prava sramota od podjetja
        Zahtevam odškodnino
        Javil se vam bo moj odvetnik
    """,
    "general": """
        Kdaj ste odprti ob sobotah?
        Kje v Ljubljani imate trgovino?
        Hvala za hitro pomoč
        Ali prevzamete stare sijalke?
        Kdo je zadolžen za stike z mediji
        ali se lahko pri vas oglasim jutri popoldne
        Kako se nastavi svetlost zvečer?
        Lep pozdrav in vesel božič
    """,
}

HR = {
    "technical": """
        Lampe u hodniku ne rade od jučer.
        lampa ne radi
        Svjetla uopće ne svijetle nakon oluje
        zarulje trepere navečer
        Zaboravio sam lozinku
        Aplikacija se stalno ruši
        Ne mogu se prijaviti u aplikaciju
        Imamo kvarove na tri lampe
        Javlja grešku 14 i ugasi se
        Daljinski je pokvaren
        Dugme se pokvarilo
        Most se ne spaja na mrežu
        Nakon ažuriranja nestale su scene
    """,
    "billing": """
        Gdje mogu preuzeti račune za ožujak?
        Na racunu je kriva adresa
        Platili smo dvaput istu narudžbu
        Kada ćete napraviti povrat novca?
        Molim predračun za 5 komada
        Može li se platiti na rate
        Naplatili ste mi dostavu koju nisam tražio
        Uplata je prošla prošli tjedan
        plaćanje karticom nije uspjelo
        Je li pdv uključen
    """,
    "pre_sales": """
        Zanimaju me cijene za škole
        Koliko košta dostava u Split?
        Imate li crnu na zalihi?
        Molimo ponudu za 40 rasvjetnih tijela
        kupio bih lampu za djeda
        Ima li kakvih popusta za umirovljenike
        Gdje je katalog vanjske rasvjete
        Pošaljite cjenike na ovaj mail
        Po kojoj cijeni prodajete lustere
    """,
    "complaint": """
        Jako sam razočarana vašom dostavom.
        Ovo je neprihvatljivo!
        Želim podnijeti pritužbu na vozača
        Uložit ću prigovor
        Nezadovoljni smo uslugom
        Sramota od tvrtke
        Tražim odštetu
        javit će vam se moj odvjetnik
    """,
    "general": """
        Kada radite subotom?
        Gdje imate trgovinu u Rijeci?
        Hvala na brzoj pomoći
        Preuzimate li stare žarulje?
        Tko je zadužen za medije
        Mogu li doći sutra popodne
        Kako namjestiti jačinu navečer?
        Sretan Božić svima
    """,
}

HE = {
    "technical": """
        המנורה בסלון לא עובדת
        המנורות בגינה לא דולקות מאז הסערה
        האפליקציה קורסת כל הזמן
        שכחתי את הסיסמה
        יש תקלה בשלט
        הנורה מהבהבת בלילה
        התקלות חוזרות כל שבוע
        המתג נשבר
        הגשר לא מתחבר לרשת
        מופיעה שגיאה 14
        המנורה שקיבלתי שבורה
        השלט לא מגיב
        שתי הנורות לא עובדות
    """,
    "billing": """
        איפה אפשר להוריד את החשבוניות?
        לא קיבלתי חשבונית על ההזמנה
        שילמתי פעמיים על אותה הזמנה
        חויבתי פעמיים החודש
        מתי אקבל החזר כספי?
        אפשר לשלם בתשלומים?
        כרטיס האשראי שלי נדחה, כרטיס אשראי אחר עבר
        החיובים לא נכונים
        צריך קבלה על שם החברה
        ביקשתי זיכוי ועדיין לא קיבלתי
    """,
    "pre_sales": """
        כמה עולה מנורת שולחן?
        מה המחירים לבתי ספר?
        יש לכם את השחורה במלאי?
        אפשר לקבל הצעת מחיר ל-40 גופי תאורה
        אני רוצה לקנות מתנה לאמא
        יש הנחות לסטודנטים?
        איפה הקטלוג של תאורת חוץ
        אנחנו מעוניינים בתאורה למשרד
        מתעניינת ברכישה למלון
    """,
    "complaint": """
        אני מאוכזבת מאוד מהשירות
        זה פשוט לא מקובל
        אני רוצה להגיש תלונה על השליח
        התלונות שלי לא נענו
        איזו חוצפה
        אני דורש פיצויים
        עורך הדין שלי יפנה אליכם, עורך דין רציני
        שירות גרוע ביותר
    """,
    "general": """
        מתי אתם פתוחים בשישי?
        איפה החנות הקרובה?
        תודה על העזרה המהירה
        אתם אוספים נורות ישנות?
        מי אחראי על קשרי עיתונות
        אפשר לבוא מחר אחר הצהריים
        איך מעמעמים את האור בערב?
        חג שמח לכולם
    """,
}

LANGUAGES = {"en": EN, "sl": SL, "hr": HR, "he": HE}
MESSAGES = [
    (language, category, line.strip())
    for language, categories in LANGUAGES.items()
    for category, lines in categories.items()
    for line in lines.strip().splitlines()
]
