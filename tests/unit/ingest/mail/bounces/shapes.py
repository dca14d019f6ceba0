"""Reports as mail systems write them: head, body, and whom they tell of with which status."""

Told = list[tuple[str, str]]
SHAPES: dict[str, tuple[str, str, Told]] = {
    "IMail": (
        """From: Postmaster <postmaster@imail.example>
Subject: Undeliverable Mail
X-Mailer: <SMTP32 v8.22>
""",
        """Unknown user: ana@kupec.example

Original message follows.

Received: from x
From: support@svetilka.example
Message-ID: <abc@svetilka.example>
To: ana@kupec.example
Subject: x
""",
        [("ana@kupec.example", "5.0.911")],
    ),
    "Notes": (
        """From: admin@notes.example
Return-Path: <>
Subject: Undeliverable message
""",
        """------- Failure Reasons  --------

User not listed in public Name & Address Book
ana@kupec.example

------- Returned Message --------
Received: x
From: support@svetilka.example
Message-ID: <abc@svetilka.example>
""",
        [("ana@kupec.example", "5.0.911")],
    ),
    "Domino": (
        """From: postmaster@domino.example
Subject: DELIVERY FAILURE: User ana (ana@kupec.example) not listed in Domino Directory
Content-Type: multipart/report; report-type=delivery-status; boundary="==IFJRGLKFGIR"
""",
        """--==IFJRGLKFGIR
Content-Type: text/plain

Your message

  Subject: Lamp

was not delivered to:

  ana@kupec.example

because:

  User ana (ana@kupec.example) not listed in Domino Directory

--==IFJRGLKFGIR
Content-Type: message/delivery-status

Reporting-MTA: dns;d.kupec.example

Final-Recipient: rfc822;ana@kupec.example
Action: failed
Status: 5.1.1
Diagnostic-Code: X-Notes; User ana (ana@kupec.example) not listed in Domino D=irectory

--==IFJRGLKFGIR
Content-Type: message/rfc822

Message-ID: <abc@svetilka.example>
From: support@svetilka.example

x
--==IFJRGLKFGIR--
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "OpenSMTPD": (
        """From: Mailer Daemon <MAILER-DAEMON@o.example>
Subject: Delivery status notification: error
""",
        """Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

ana@kupec.example: 550 5.2.2 <ana@kupec.example>... Mailbox Full
bor@kupec.example: Envelope expired

    Below is a copy of the original message:

From: support@svetilka.example
To: ana@kupec.example
Message-ID: <abc@svetilka.example>
Date: x
""",
        [("ana@kupec.example", "5.2.2"), ("bor@kupec.example", "5.0.947")],
    ),
    "Zoho": (
        """From: mailer-daemon@mail.zoho.com
Subject: Undelivered Mail Returned to Sender
X-ZohoMail: Si
""",
        """This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients. This is a permanent error. 

ana@kupec.example Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <ana@kupec.example>... User Unknown
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "Zoho, queue given up": (
        """From: mailer-daemon@mail.zoho.com
Subject: Delivery Status Notification (Failure)
X-ZohoMail: Si
""",
        """This message was created automatically by mail delivery software.
[Status: Error, Address: <ana@kupec.example>, ResponseCode 421, , Host not reachable.]
""",
        [("ana@kupec.example", "4.0.947")],
    ),
    "m-FILTER": (
        """From: mailer-daemon@m.example
Subject: failure notice
X-Mailer: m-FILTER
Content-Type: text/plain; charset=utf-8
""",
        """このメールは「m-FILTER」が自動的に生成して送信しています。
メールサーバーとの通信中、下記の理由により
このメールは送信できませんでした。

以下のメールアドレスへの送信に失敗しました。
ana@kupec.example


-------server message
550 5.1.1 unknown user <ana@kupec.example>

-------SMTP command
DATA

-------original message
Message-ID: <abc@svetilka.example>
From: support@svetilka.example
Received: x
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "Biglobe": (
        """From: postmaster@biglobe.ne.jp
Subject: Returned mail: User unknown
Content-Type: multipart/report; boundary=b
""",
        """--b
Content-Type: text/plain

   ----- The following addresses had delivery problems -----
ana@kupec.example

   ----- Non-delivered information -----
The number of messages in recipient's mailbox exceeded the local limit.

--b
Content-Type: message/rfc822

From: support@svetilka.example
Message-ID: <abc@svetilka.example>

--b--
""",
        [("ana@kupec.example", "5.0.922")],
    ),
    "a mobile network": (
        """From: sysadmin@x.vzwpix.com
Subject: Undeliverable Message
Content-Type: multipart/mixed; boundary=b
""",
        """--b
Content-Type: text/plain

Message could not be delivered to mobile.
Error: No valid recipients for this MM

Original Message:
From: svet <support@svetilka.example>
To: 0000000000@vzwpix.com
Subject: test for bounce
Date:  Wed, 20 Jun 2013 10:29:52 +0000
--b--
""",
        [("0000000000@vzwpix.com", "5.0.911")],
    ),
    "Google Groups": (
        """From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)
X-Failed-Recipients: g@googlegroups.com
""",
        """Hello support@svetilka.example,

We're writing to let you know that the group you tried to contact (g) may not exist, or you may not have permission
to post messages to the group. A few more details on why you weren't able to post:

 * You might have spelled or formatted the group name incorrectly.
 * The owner of the group may have removed this group.
 * You may need to join the group before receiving permission to post.
 * This group may not be open to posting.

----- Original message -----

Message-ID: <abc@svetilka.example>
From: support@svetilka.example
Received: x
""",
        [("g@googlegroups.com", "5.0.918")],
    ),
    "McAfee": (
        """From: postmaster@m.example
Subject: Delivery Status
X-NAI-Header: Modified by McAfee
Content-Type: multipart/mixed; boundary=b
""",
        """--b
Content-Type: text/plain; name="deliveryproblems.txt"

   --- The following addresses had delivery problems ---

<ana@kupec.example>   (User unknown ana@kupec.example)

--b
Content-Type: message/delivery-status; name="deliverystatus.txt"

Reporting-MTA: dns; m

Original-Recipient: <ana@kupec.example>
Final-Recipient: RFC822; <ana@kupec.example>
Action: failed 
Status: 5.1.1
Diagnostic-Code: smtp; 550 Unknown user ana@kupec.example

--b--
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "Exchange in German": (
        """From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@kupec.example>
Subject: Unzustellbar: Lampe
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: text/plain; charset=utf-8

Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:

ana@kupec.example<mailto:ana@kupec.example>
Die von Ihnen eingegebene E-Mail-Adresse konnte nicht gefunden werden.

Diagnoseinformationen für Administratoren:

ana@kupec.example
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

--b
Content-Type: message/delivery-status

Reporting-MTA: dns;mail.kupec.example

final-recipient: RFC822;ana@kupec.example
action: failed
status: 5.1.1
diagnostic-code: smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found

--b--
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "Postfix without fields": (
        """From: MAILER-DAEMON@p.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Content-Type: text/plain
""",
        """This is the mail system at host p.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system

<ana@kupec.example>: host mx.kupec.example[192.0.2.1] said: 550 5.7.1
    <ana@kupec.example>: Recipient address rejected: Access denied (in reply to RCPT TO command)

<bor@kupec.example>: Host or domain name not found. Name service error for
    name=kupec.example type=A: Host not found
""",
        [("ana@kupec.example", "5.7.1"), ("bor@kupec.example", "5.0.912")],
    ),
    "Sendmail without fields": (
        """From: Mail Delivery Subsystem <MAILER-DAEMON@s.example>
Subject: Returned mail: see transcript for details
Content-Type: text/plain
""",
        """The original message was received at Thu, 29 Apr 2010 00:00:00 +0900
from localhost [127.0.0.1]

   ----- The following addresses had permanent fatal errors -----
<ana@kupec.example>
    (reason: 550 5.1.1 <ana@kupec.example>... User Unknown)
<bor@kupec.example>
    (reason: 452 4.2.2 Over quota)

   ----- Transcript of session follows -----
... while talking to mx.kupec.example.:
>>> RCPT To:<ana@kupec.example>
<<< 550 5.1.1 <ana@kupec.example>... User Unknown
550 5.1.1 <ana@kupec.example>... User unknown
""",
        [("ana@kupec.example", "5.1.1"), ("bor@kupec.example", "4.2.2")],
    ),
    "Amazon SNS": (
        """From: AWS Notifications <no-reply@sns.amazonaws.com>
Subject: AWS Notification Message
""",
        """{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[
{"emailAddress":"ana@kupec.example","action":"failed","status":"5.1.1",
"diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},
"mail":{"messageId":"0","destination":["ana@kupec.example"],"commonHeaders":{"messageId":"<abc@svetilka.example>"}}}

--
If you wish to stop receiving notifications
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "a report of success": (
        """From: MAILER-DAEMON@p.example
Subject: Successful Mail Delivery Report
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: message/delivery-status

Reporting-MTA: dns; p

Final-Recipient: rfc822; ana@kupec.example
Action: delivered
Status: 2.1.5
Diagnostic-Code: smtp; 250 2.1.5 OK

--b--
""",
        [("ana@kupec.example", "2.1.5")],
    ),
    "fields in base64": (
        """From: MAILER-DAEMON@p.example
Subject: x
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

UmVwb3J0aW5nLU1UQTogZG5zOyBwCgpGaW5hbC1SZWNpcGllbnQ6IHJmYzgyMjsgYW5hQGt1cGVj
LmV4YW1wbGUKQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjIuMgo=

--b--
""",
        [("ana@kupec.example", "5.2.2")],
    ),
    "Mail.ru": (
        """From: mailer-daemon@corp.mail.ru
X-Failed-Recipients: ana@kupec.example
Subject: Mail failure.
Content-Type: text/plain; charset=utf-8
""",
        """Это письмо создано автоматически сервером Mail.Ru, отвечать на него не нужно.

К сожалению, Ваше письмо не может быть доставлено одному или нескольким получателям:

**********************

  ana@kupec.example
    SMTP error from remote mail server after RCPT TO:<ana@kupec.example>:
    host mx.kupec.example [192.0.2.2]: 550 no such user
""",
        [("ana@kupec.example", "5.0.911")],
    ),
    "docomo": (
        """From: MAILER-DAEMON@docomo.ne.jp
Subject: Returned mail: User unknown
""",
        """The original message was received at Thu
   ----- The following addresses had permanent fatal errors -----
<ana@docomo.ne.jp>

   ----- Transcript of session follows -----
... while talking to mfsmax.docomo.ne.jp.:
>>> DATA
<<< 550 Unknown user ana@docomo.ne.jp
554 <ana@docomo.ne.jp>... Service unavailable
""",
        [("ana@docomo.ne.jp", "5.0.910")],
    ),
    "Exim, frozen": (
        """From: Mail Delivery System <Mailer-Daemon@e.example>
Subject: Message frozen
""",
        """Message 475g-000 has been frozen (delivery error message).
The sender is <>.

The following address(es) have yet to be delivered:

  ana@kupec.example: SMTP error from remote mail server after RCPT TO:<ana@kupec.example>:
    host mx [192.0.2.3]: 451 try later
""",
        [("ana@kupec.example", "4.0.947")],
    ),
    "words in French": (
        """From: postmaster@fr.example
Return-Path: <>
Subject: Échec de la remise : lampe
Content-Type: text/plain; charset=utf-8
""",
        """Votre message n'a pas pu être remis aux destinataires suivants :

ana@kupec.example : boîte aux lettres du destinataire pleine
""",
        [("ana@kupec.example", "5.0.922")],
    ),
    "Yahoo": (
        """From: MAILER-DAEMON@yahoo.com
Subject: Failure Notice
""",
        """Sorry, we were unable to deliver your message to the following address.

<ana@kupec.example>:
Remote host said: 550 5.1.1 <ana@kupec.example>... User Unknown
 [RCPT_TO]

--- Below this line is a copy of the message.

Received: x
From: support@svetilka.example
Message-ID: <abc@svetilka.example>
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "SurfControl": (
        """From: postmaster@surf.example
Subject: Notification
X-SEF-Processed: 5_0
Content-Type: multipart/mixed; boundary=b
""",
        """--b
Content-Type: text/plain

Your message could not be sent.
A transcript of the attempts to send the message follows.
The number of attempts made: 1
Addressed To: ana@kupec.example

Thu 29 Apr 2010 23:34:45 +0900
Failed to send to identified host,
ana@kupec.example: [192.0.2.5], 550 kijitora@example.com... No such user

--b
Content-Type: message/rfc822

From: support@svetilka.example
Message-ID: <abc@svetilka.example>

--b--
""",
        [("ana@kupec.example", "5.0.910")],
    ),
    "Courier without fields": (
        """From: postmaster@c.example
Subject: NOTICE: mail delivery status.
""",
        """This is a delivery status notification from c.example,
running the Courier mail server, version 0.65.2.

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<ana@kupec.example>:
    mx.kupec.example [192.0.2.2]:
>>> RCPT TO:<ana@kupec.example>
<<< 550 5.1.1 <ana@kupec.example>... User Unknown
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "Exchange 2000": (
        """From: System Administrator
Return-Path: <>
Subject: Undeliverable: Lamp
""",
        """Your message did not reach some or all of the intended recipients.

      Subject:	Lamp
      Sent:	4/29/99 9:19 AM

The following recipient(s) could not be reached:

      ana@kupec.example on 4/29/99 9:19 AM
            The e-mail account does not exist at the organization this message was sent to.
            <mx.kupec.example #5.1.1>
      bor@kupec.example on 4/29/99 9:19 AM
            The recipient's mailbox is full.
            <mx.kupec.example #5.2.2>
""",
        [("ana@kupec.example", "5.1.1"), ("bor@kupec.example", "5.2.2")],
    ),
    "qmail": (
        """From: MAILER-DAEMON@q.example
Subject: failure notice
""",
        """Hi. This is the qmail-send program at q.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ana@kupec.example>:
Sorry, I couldn't find any host named kupec.example. (#5.1.2)

<bor@kupec.example>:
192.0.2.3 failed after I sent the message.
Remote host said: 554 5.7.1 Message content rejected, spam

--- Below this line is a copy of the message.

Return-Path: <support@svetilka.example>
Received: x
Message-ID: <abc@svetilka.example>
""",
        [("ana@kupec.example", "5.1.2"), ("bor@kupec.example", "5.7.1")],
    ),
    "Gmail": (
        """From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)
X-Failed-Recipients: ana@kupec.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: multipart/related; boundary=c

--c
Content-Type: multipart/alternative; boundary=d

--d
Content-Type: text/plain; charset=UTF-8

** Address not found **

Your message wasn't delivered to ana@kupec.example because the address couldn't
be found, or is unable to receive mail.

The response from the remote server was:
550 5.1.1 The email account that you tried to reach does not exist.

--d
Content-Type: text/html; charset=UTF-8

<html><body><p>x</p></body></html>
--d--
--c--
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
X-Original-Message-ID: <abc@svetilka.example>

Final-Recipient: rfc822; ana@kupec.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx. (192.0.2.1, the server for the domain kupec.example.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking 550 5.1.1
Last-Attempt-Date: x

--b
Content-Type: message/rfc822

Message-ID: <abc@svetilka.example>
From: support@svetilka.example

--b--
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "Microsoft 365": (
        """From: postmaster@kupec.onmicrosoft.com
Subject: Undeliverable: Lamp
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: text/html; charset=utf-8

<p>Your message to ana@kupec.example couldn't be delivered.</p>

--b
Content-Type: message/delivery-status

Reporting-MTA: dns;x.prod.outlook.com
Received-From-MTA: dns;y
Arrival-Date: x

Final-Recipient: rfc822;ana@kupec.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found

--b
Content-Type: message/rfc822

Message-ID: <abc@svetilka.example>
From: support@svetilka.example

--b--
""",
        [("ana@kupec.example", "5.1.10")],
    ),
    "Postfix, delayed": (
        """From: MAILER-DAEMON@p.example
Subject: Delayed Mail (still being retried)
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: message/delivery-status

Reporting-MTA: dns; p

Final-Recipient: rfc822; ana@kupec.example
Original-Recipient: rfc822;ana@kupec.example
Action: delayed
Status: 4.4.1
Diagnostic-Code: X-Postfix; connect to mx.kupec.example[192.0.2.1]:25: Connection timed out
Will-Retry-Until: x

--b--
""",
        [("ana@kupec.example", "4.4.1")],
    ),
    "a Japanese mobile network": (
        """From: MAILER-DAEMON@softbank.ne.jp
Subject: Mail System Error - Returned Mail
Content-Type: text/plain; charset=utf-8
""",
        """次のあて先へのメッセージはエラーのため送信できませんでした。

<ana@softbank.ne.jp>
ユーザーが見つかりません
""",
        [("ana@softbank.ne.jp", "5.0.910")],
    ),
    "words in Slovene": (
        """From: postmaster@kupec.example
Subject: Nedostavljeno: Svetilka
Content-Type: text/plain; charset=utf-8
""",
        """Vašega sporočila ni bilo mogoče dostaviti naslednjim prejemnikom:

ana@kupec.example
neznan uporabnik
""",
        [("ana@kupec.example", "5.0.910")],
    ),
    "words in Italian": (
        """From: MAILER-DAEMON@libero.it
Subject: Mail delivery failed
Content-Type: text/plain; charset=utf-8
""",
        """Il messaggio non è stato recapitato ai seguenti destinatari:
ana@kupec.example : 552 casella del destinatario piena
""",
        [("ana@kupec.example", "5.0.922")],
    ),
    "Apache James": (
        """From: postmaster@james.example
Subject: [BOUNCE] Lamp
Return-Path: <>
Content-Type: multipart/mixed; boundary=b
""",
        """--b
Content-Type: text/plain

Hi. This is the James mail server at james.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.  Below
I include the list of recipients and the reason why I was unable to deliver
your message.

Failed recipient(s):
ana@kupec.example

Error message:
550 5.1.1 <ana@kupec.example>... User Unknown

--b
Content-Type: message/rfc822

Message-ID: <abc@svetilka.example>
From: support@svetilka.example

--b--
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "Amazon WorkMail": (
        """From: Mail Delivery System <MAILER-DAEMON@us-west-2.amazonses.com>
Subject: Delivery Status Notification (Failure)
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: text/plain

An error occurred while trying to deliver the mail to the following recipients:
ana@kupec.example

--b
Content-Type: message/delivery-status

Reporting-MTA: dsn; a27-45.smtp-out.us-west-2.amazonses.com

Action: failed
Final-Recipient: rfc822; ana@kupec.example
Diagnostic-Code: smtp; 550 5.4.4 Invalid domain
Status: 5.4.4

--b--
""",
        [("ana@kupec.example", "5.4.4")],
    ),
    "a server that answers in brackets": (
        """From: MAILER-DAEMON@x6.example
Subject: There was an error sending your mail
""",
        """We had trouble delivering your message. Full details follow:

Subject: 'Lamp'
Date: 'Thu, 29 Apr 2012 23:34:45 +0000'

1 error(s):

SMTP Server <mta2.kupec.example> rejected recipient <ana@kupec.example> 
  (Error following RCPT command). It responded as follows: [550 5.1.1 unknown user]

-----
Original message follows.
-----
Message-ID: <abc@svetilka.example>
From: support@svetilka.example
Received: y
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "MX Logic": (
        """From: Mail Delivery System <mxl~x@mxl.example>
Subject: Mail delivery failed: returning message to sender
""",
        """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

 <ana@kupec.example>: 550 5.1.1 User unknown

Included is a copy of the message header:
-----------------------------------------
Message-ID: <abc@svetilka.example>
From: support@svetilka.example
Received: y
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "DragonFly": (
        """From: MAILER-DAEMON <>
Subject: Mail delivery failed
""",
        """This is the DragonFly Mail Agent v0.13 at d.example.

There was an error delivering your mail to <ana@kupec.example>.

Remote host said: 550 5.1.1 <ana@kupec.example>: Recipient address rejected: User unknown [RCPT]

Original message headers follow.

Received: x
From: support@svetilka.example
Message-ID: <abc@svetilka.example>
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "an answer folded before a word with a colon": (
        """From: MAILER-DAEMON@mx.example
Subject: Returned mail: see transcript for details
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: text/plain

It failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.svetilka.example

Final-Recipient: rfc822; ana@kupec.example
Action: failed
Status: 5.0.0
Diagnostic-Code: X-Postfix; host mx.kupec.example[192.0.2.1]
    said: 553-you are not allowed to use us 553-as a relay, see our pages
    for: more 553 words. (#5.7.1) (in reply to RCPT TO command)
--b
Content-Type: message/rfc822

Message-ID: <abc@svetilka.example>
From: support@svetilka.example

x
--b--
""",
        [("ana@kupec.example", "5.7.1")],
    ),
    "a session that says more than the fields": (
        """From: MAILER-DAEMON@mx.example
Subject: Returned mail: see transcript for details
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: text/plain

   ----- Transcript of session follows -----
... while talking to mx.kupec.example.:
>>> DATA
<<< 550 5.1.1 Nobody is called ana here
554 5.0.0 Service unavailable
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.svetilka.example

Final-Recipient: rfc822; ana@kupec.example
Action: failed
Status: 5.0.0
Diagnostic-Code: SMTP; 550 Nobody is called ana here
--b
Content-Type: message/rfc822

Message-ID: <abc@svetilka.example>
From: support@svetilka.example

x
--b--
""",
        [("ana@kupec.example", "5.1.1")],
    ),
    "a status that is a sentence": (
        """From: MAILER-DAEMON@mx.example
Subject: Returned mail: see transcript for details
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: text/plain

It failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.svetilka.example

Final-Recipient: rfc822; ana@kupec.example
Action: failed
Status: 553 Exceeded maximum inbound message size
--b
Content-Type: message/rfc822

Message-ID: <abc@svetilka.example>
From: support@svetilka.example

x
--b--
""",
        [("ana@kupec.example", "5.0.934")],
    ),
    "an action that time ended": (
        """From: MAILER-DAEMON@mx.example
Subject: Returned mail: see transcript for details
Content-Type: multipart/report; report-type=delivery-status; boundary=b
""",
        """--b
Content-Type: text/plain

It failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.svetilka.example

Final-Recipient: rfc822; ana@kupec.example
Action: expired
Status:
Diagnostic-Code: the lookup gave nothing
--b
Content-Type: message/rfc822

Message-ID: <abc@svetilka.example>
From: support@svetilka.example

x
--b--
""",
        [("ana@kupec.example", "5.0.947")],
    ),
    "nothing but a formula": (
        """From: postmaster@imail.example
Subject: Undeliverable Mail
""",
        """undeliverable to ana@kupec.example

Original message follows.

Received: from x
From: support@svetilka.example
Message-ID: <abc@svetilka.example>
""",
        [("ana@kupec.example", "5.0.900")],
    ),
    "m-FILTER, at RCPT": (
        """From: postmaster@m.example
Subject: failure notice
""",
        """以下のメールアドレスへの送信に失敗しました。
ana@kupec.example

-------server message
550 unknown user <ana@kupec.example>

-------SMTP command
RCPT

-------original message
Received: from x
From: support@svetilka.example
Message-ID: <abc@svetilka.example>
""",
        [("ana@kupec.example", "5.0.911")],
    ),
    "a gateway that shows the session": (
        """From: "InterScan MSS" <gateway@mx.example>
Subject: Mail could not be delivered
""",
        """Sent <<< RCPT TO:<ana@kupec.example>
Received >>> 550 <ana@kupec.example>... user unknown
""",
        [("ana@kupec.example", "5.0.911")],
    ),
    "a server without a domain in From": (
        """From: "Post Office" <>
Subject: Mail Error
""",
        """Your mail cannot be delivered to the following address(es):

 ana@kupec.example "mail box space not enough"

Please check it.
""",
        [("ana@kupec.example", "5.0.901")],
    ),
    "MDaemon": (
        """From: MDaemon@mx.example
Subject: Warning: ana@kupec.example - User unknown!
""",
        """ana@kupec.example - no such user here.

There is no user by that name at this server.
""",
        [("ana@kupec.example", "5.0.910")],
    ),
    "a list of who failed": (
        """From: Office_SMTP_Mail_Service@mx.example
Subject: Returned Mail - Error During Delivery
""",
        """------ Failed Recipients ------

<ana@kupec.example>: The mailbox is full. [SMTP Error Code 552]
-------- Returned Mail --------

From: support@svetilka.example
Message-ID: <abc@svetilka.example>
Subject: x
To: ana@kupec.example
""",
        [("ana@kupec.example", "5.0.922")],
    ),
}
