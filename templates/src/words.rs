//! The catalogue: every word that customers read, in every language, side by side. No customer page, mail or text has
//! words of its own.
//!
//! An entry is a function from the language to the text. `{agent}` and the like are filled by [`fill`]; a test holds
//! every language to the same placeholders. Style: short, active, plain, formal address, no exclamation marks, no blame.

use jiff::{Timestamp, tz::TimeZone};

use crate::lang::Lang;

macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident { en: $en:literal, es: $es:literal, fr: $fr:literal, de: $de:literal, ar: $ar:literal })*) => {
        $($(#[$doc])* pub const fn $name(lang: Lang) -> &'static str {
            match lang { Lang::En => $en, Lang::Es => $es, Lang::Fr => $fr, Lang::De => $de, Lang::Ar => $ar }
        })*

        /// Every entry by name, for tests and translators.
        pub const ALL: &[(&str, fn(Lang) -> &'static str)] = &[$((stringify!($name), $name)),*];
    };
}

catalogue! {
    // ---- On every page ----------------------------------------------------------------------------------------------
    /// The language menu.
    language { en: "Language", es: "Idioma", fr: "Langue", de: "Sprache", ar: "اللغة" }
    /// Says that the page is read from the start; for those who listen.
    skip { en: "Skip to content", es: "Ir al contenido", fr: "Aller au contenu", de: "Zum Inhalt", ar: "انتقل إلى المحتوى" }
    /// Closes a panel.
    close { en: "Close", es: "Cerrar", fr: "Fermer", de: "Schließen", ar: "إغلاق" }
    /// Tries the same again.
    try_again { en: "Try again", es: "Intentar de nuevo", fr: "Réessayer", de: "Erneut versuchen", ar: "حاول مرة أخرى" }
    /// Loads the page again.
    reload { en: "Reload", es: "Volver a cargar", fr: "Recharger", de: "Neu laden", ar: "إعادة التحميل" }

    // ---- Opening page (R6, R7, R17) ---------------------------------------------------------------------------------
    /// Who invites, as the heading.
    opening_title {
        en: "{agent} from {company} invites you", es: "{agent}, de {company}, le invita",
        fr: "{agent}, de {company}, vous invite", de: "{agent} von {company} lädt Sie ein", ar: "دعوة من {agent} لدى {company}"
    }
    /// Why, where the team has no text of its own.
    opening_text {
        en: "There is something for you to look at, fill in or sign.",
        es: "Hay algo que usted debe ver, completar o firmar.",
        fr: "Il y a quelque chose à lire, à remplir ou à signer.",
        de: "Es gibt etwas für Sie zum Ansehen, Ausfüllen oder Unterschreiben.",
        ar: "هناك ما يحتاج إلى اطلاعك أو تعبئتك أو توقيعك."
    }
    /// Above the steps.
    next_title { en: "What happens next", es: "Qué pasa ahora", fr: "Ce qui va se passer", de: "So geht es weiter", ar: "ما الذي سيحدث" }
    /// Step: Continue.
    next_continue {
        en: "You continue. Your private page then opens on this device only.",
        es: "Usted continúa. Su página privada se abre entonces solo en este dispositivo.",
        fr: "Vous continuez. Votre page privée s’ouvre alors sur cet appareil uniquement.",
        de: "Sie machen weiter. Ihre private Seite öffnet sich dann nur auf diesem Gerät.",
        ar: "تضغط على متابعة، فتُفتح صفحتك الخاصة على هذا الجهاز وحده."
    }
    /// Step: PIN.
    next_pin {
        en: "You enter the PIN that {agent} gave you.", es: "Introduce el PIN que le dio {agent}.",
        fr: "Vous saisissez le code PIN que {agent} vous a donné.", de: "Sie geben die PIN ein, die Sie von {agent} haben.",
        ar: "تُدخل رمز PIN الذي حصلت عليه من {agent}."
    }
    /// Step: one-time code.
    next_otp {
        en: "You enter a code that we send to {contact}.", es: "Introduce un código que enviamos a {contact}.",
        fr: "Vous saisissez un code que nous envoyons à {contact}.", de: "Sie geben einen Code ein, den wir an {contact} senden.",
        ar: "تُدخل رمزًا نرسله إلى {contact}."
    }
    /// Step: the room.
    next_room {
        en: "You see what there is to do, one thing at a time. You can stop and come back.",
        es: "Ve lo que hay que hacer, paso a paso. Puede parar y volver más tarde.",
        fr: "Vous voyez ce qu’il y a à faire, une chose à la fois. Vous pouvez arrêter et revenir.",
        de: "Sie sehen, was zu tun ist, eins nach dem anderen. Sie können aufhören und später weitermachen.",
        ar: "ترى المطلوب خطوة بخطوة، ويمكنك التوقف والعودة لاحقًا."
    }
    /// Goes on from the opening page.
    go_on { en: "Continue", es: "Continuar", fr: "Continuer", de: "Weiter", ar: "متابعة" }
    /// Above the team's own hint about the PIN.
    hint_label { en: "About your PIN", es: "Sobre su PIN", fr: "À propos de votre code PIN", de: "Zu Ihrer PIN", ar: "عن رمز PIN الخاص بك" }
    /// Consent, where the team has no text of its own.
    consent_text {
        en: "I agree to deal with this online. {company} may keep what I enter here.",
        es: "Acepto hacer este trámite en línea. {company} puede guardar lo que introduzca aquí.",
        fr: "J’accepte de traiter cela en ligne. {company} peut conserver ce que je saisis ici.",
        de: "Ich bin einverstanden, dies online zu erledigen. {company} darf speichern, was ich hier eingebe.",
        ar: "أوافق على إتمام هذا عبر الإنترنت، ويجوز لـ {company} حفظ ما أُدخله هنا."
    }
    /// The box was not ticked.
    consent_missing {
        en: "Tick the box to continue.", es: "Marque la casilla para continuar.", fr: "Cochez la case pour continuer.",
        de: "Setzen Sie das Häkchen, um fortzufahren.", ar: "ضع علامة في المربع للمتابعة."
    }
    /// Cookie disclaimer.
    cookie_text {
        en: "This page keeps cookies only to recognise this device. They are not used for advertising.",
        es: "Esta página usa cookies solo para reconocer este dispositivo. No se usan para publicidad.",
        fr: "Cette page utilise des cookies uniquement pour reconnaître cet appareil. Ils ne servent pas à la publicité.",
        de: "Diese Seite verwendet Cookies nur, um dieses Gerät zu erkennen. Sie dienen nicht der Werbung.",
        ar: "تستخدم هذه الصفحة ملفات تعريف الارتباط للتعرف على هذا الجهاز فقط، ولا تُستخدم للإعلانات."
    }
    /// Small print: whose link it is.
    only_you {
        en: "This link is for you alone. Please do not pass it on.", es: "Este enlace es solo para usted. No lo comparta.",
        fr: "Ce lien vous est personnel. Ne le transmettez pas.", de: "Dieser Link ist nur für Sie. Geben Sie ihn nicht weiter.",
        ar: "هذا الرابط لك وحدك، فلا تشاركه مع أحد."
    }
    /// Small print: what to do if one did not expect it.
    not_expected {
        en: "Not expecting this? Close the page, and nothing happens. If in doubt, call {company} on a number you already know.",
        es: "¿No lo esperaba? Cierre la página y no pasará nada. Si tiene dudas, llame a {company} a un número que ya conozca.",
        fr: "Vous ne vous y attendiez pas ? Fermez la page, il ne se passera rien. En cas de doute, appelez {company} à un numéro que vous connaissez déjà.",
        de: "Nicht erwartet? Schließen Sie die Seite, dann passiert nichts. Rufen Sie im Zweifel {company} unter einer Nummer an, die Sie schon kennen.",
        ar: "لم تكن تتوقع هذا؟ أغلق الصفحة ولن يحدث شيء. وإن كنت في شك فاتصل بـ {company} على رقم تعرفه مسبقًا."
    }

    // ---- PIN and one-time code (R7) ---------------------------------------------------------------------------------
    /// Heading of the PIN page.
    pin_title { en: "Enter your PIN", es: "Introduzca su PIN", fr: "Saisissez votre code PIN", de: "Geben Sie Ihre PIN ein", ar: "أدخل رمز PIN" }
    /// Where the PIN comes from.
    pin_text {
        en: "{agent} gave it to you, by phone for example.", es: "Se lo dio {agent}, por ejemplo por teléfono.",
        fr: "{agent} vous l’a donné, par téléphone par exemple.", de: "Sie haben sie von {agent} bekommen, zum Beispiel am Telefon.",
        ar: "حصلت عليه من {agent}، عبر الهاتف مثلًا."
    }
    /// The field.
    pin_label { en: "PIN", es: "PIN", fr: "Code PIN", de: "PIN", ar: "رمز PIN" }
    /// Below the field.
    pin_hint { en: "4 to 12 digits", es: "De 4 a 12 cifras", fr: "4 à 12 chiffres", de: "4 bis 12 Ziffern", ar: "من 4 إلى 12 رقمًا" }
    /// Wrong.
    pin_wrong { en: "That PIN is not right.", es: "Ese PIN no es correcto.", fr: "Ce code PIN n’est pas le bon.", de: "Diese PIN stimmt nicht.", ar: "رمز PIN غير صحيح." }
    /// Not digits, or too few or too many; no try was counted.
    pin_malformed {
        en: "A PIN has 4 to 12 digits. This did not count as a try.", es: "Un PIN tiene de 4 a 12 cifras. Esto no ha contado como intento.",
        fr: "Un code PIN a 4 à 12 chiffres. Cela n’a pas compté comme essai.", de: "Eine PIN hat 4 bis 12 Ziffern. Das zählte nicht als Versuch.",
        ar: "يتكون رمز PIN من 4 إلى 12 رقمًا. لم تُحسب هذه محاولة."
    }
    /// How many tries there are before it locks.
    tries_left { en: "Tries left: {n}", es: "Intentos restantes: {n}", fr: "Essais restants : {n}", de: "Verbleibende Versuche: {n}", ar: "المحاولات المتبقية: {n}" }
    /// Whom to ask for the PIN.
    pin_lost {
        en: "No PIN? Ask {agent}.", es: "¿No tiene PIN? Pregunte a {agent}.", fr: "Pas de code PIN ? Demandez à {agent}.",
        de: "Keine PIN? Fragen Sie {agent}.", ar: "ليس لديك رمز PIN؟ اسأل {agent}."
    }
    /// Sends the PIN or the code.
    open_page { en: "Open my page", es: "Abrir mi página", fr: "Ouvrir ma page", de: "Meine Seite öffnen", ar: "افتح صفحتي" }
    /// Heading of the code page.
    otp_title { en: "Enter your code", es: "Introduzca su código", fr: "Saisissez votre code", de: "Geben Sie Ihren Code ein", ar: "أدخل الرمز" }
    /// Where the code is.
    otp_text {
        en: "We sent a code to {contact}. It works for {n} minutes.", es: "Hemos enviado un código a {contact}. Sirve durante {n} minutos.",
        fr: "Nous avons envoyé un code à {contact}. Il est valable {n} minutes.", de: "Wir haben einen Code an {contact} gesendet. Er gilt {n} Minuten.",
        ar: "أرسلنا رمزًا إلى {contact}، وهو صالح لمدة {n} دقائق."
    }
    /// The field.
    otp_label { en: "Code", es: "Código", fr: "Code", de: "Code", ar: "الرمز" }
    /// Wrong.
    otp_wrong { en: "That code is not right.", es: "Ese código no es correcto.", fr: "Ce code n’est pas le bon.", de: "Dieser Code stimmt nicht.", ar: "الرمز غير صحيح." }
    /// Too late, or replaced by a newer one.
    otp_expired {
        en: "That code no longer works. Send a new one.", es: "Ese código ya no sirve. Pida uno nuevo.", fr: "Ce code n’est plus valable. Demandez-en un nouveau.",
        de: "Dieser Code gilt nicht mehr. Fordern Sie einen neuen an.", ar: "لم يعد هذا الرمز صالحًا. اطلب رمزًا جديدًا."
    }
    /// Not a code.
    otp_malformed {
        en: "Enter the digits from the message.", es: "Introduzca las cifras del mensaje.", fr: "Saisissez les chiffres du message.",
        de: "Geben Sie die Ziffern aus der Nachricht ein.", ar: "أدخل الأرقام الواردة في الرسالة."
    }
    /// Sends the first code.
    otp_send { en: "Send a code", es: "Enviar un código", fr: "Envoyer un code", de: "Code senden", ar: "أرسل رمزًا" }
    /// Sends another code.
    otp_resend { en: "Send a new code", es: "Enviar un código nuevo", fr: "Envoyer un nouveau code", de: "Neuen Code senden", ar: "أرسل رمزًا جديدًا" }
    /// Another code was sent.
    otp_resent {
        en: "A new code is on its way. The old one no longer works.", es: "Un código nuevo está en camino. El anterior ya no sirve.",
        fr: "Un nouveau code est en route. L’ancien n’est plus valable.", de: "Ein neuer Code ist unterwegs. Der alte gilt nicht mehr.",
        ar: "رمز جديد في طريقه إليك، والرمز السابق لم يعد صالحًا."
    }

    // ---- Room -------------------------------------------------------------------------------------------------------
    /// Greeting.
    hello { en: "Hello {name}", es: "Hola, {name}", fr: "Bonjour {name}", de: "Guten Tag {name}", ar: "مرحبًا {name}" }
    /// Title of the page, before the company.
    room_title { en: "Your page", es: "Su página", fr: "Votre page", de: "Ihre Seite", ar: "صفحتك" }
    /// How far one is.
    done_of { en: "{n} of {total} done", es: "{n} de {total} hecho", fr: "{n} sur {total} fait", de: "{n} von {total} erledigt", ar: "تم {n} من {total}" }
    /// Above what is open.
    to_do { en: "To do", es: "Por hacer", fr: "À faire", de: "Zu erledigen", ar: "المطلوب" }
    /// Above what is done.
    done { en: "Done ({n})", es: "Hecho ({n})", fr: "Fait ({n})", de: "Erledigt ({n})", ar: "تم ({n})" }
    /// What a document asks for.
    kind_document { en: "Read and sign", es: "Leer y firmar", fr: "Lire et signer", de: "Lesen und unterschreiben", ar: "اقرأ ووقّع" }
    /// What a document request asks for.
    kind_request { en: "Send a photo or file", es: "Enviar una foto o un archivo", fr: "Envoyer une photo ou un fichier", de: "Foto oder Datei senden", ar: "أرسل صورة أو ملفًا" }
    /// What a workflow asks for.
    kind_workflow { en: "Answer some questions", es: "Responder unas preguntas", fr: "Répondre à quelques questions", de: "Einige Fragen beantworten", ar: "أجب عن بعض الأسئلة" }
    /// Begun and not finished.
    state_started { en: "Started", es: "Empezado", fr: "Commencé", de: "Begonnen", ar: "قيد الإنجاز" }
    /// To be sent again.
    state_sent_back { en: "Please send again", es: "Envíelo de nuevo", fr: "À renvoyer", de: "Bitte erneut senden", ar: "يرجى الإرسال مجددًا" }
    /// Finished.
    state_done { en: "Done", es: "Hecho", fr: "Fait", de: "Erledigt", ar: "تم" }
    /// Nothing is there yet.
    empty_title { en: "Nothing to do yet", es: "Aún no hay nada que hacer", fr: "Rien à faire pour l’instant", de: "Noch nichts zu tun", ar: "لا شيء مطلوب بعد" }
    /// Nothing is there yet: what will happen.
    empty_text {
        en: "{agent} is preparing it for you. You can stay here, or close the page and come back with the same link.",
        es: "{agent} lo está preparando. Puede quedarse aquí, o cerrar la página y volver con el mismo enlace.",
        fr: "{agent} le prépare pour vous. Vous pouvez rester ici, ou fermer la page et revenir avec le même lien.",
        de: "{agent} bereitet es für Sie vor. Sie können hier bleiben oder die Seite schließen und mit demselben Link wiederkommen.",
        ar: "يجري تحضيره لك من قِبل {agent}. يمكنك البقاء هنا، أو إغلاق الصفحة والعودة بالرابط نفسه."
    }
    /// With a script, what is new comes by itself.
    empty_live {
        en: "New things appear here by themselves.", es: "Lo nuevo aparece aquí automáticamente.", fr: "Les nouveautés apparaissent ici d’elles-mêmes.",
        de: "Neues erscheint hier von selbst.", ar: "يظهر الجديد هنا تلقائيًا."
    }
    /// Without one, it has to be fetched.
    see_new { en: "Reload to see what is new", es: "Vuelva a cargar para ver lo nuevo", fr: "Recharger pour voir les nouveautés", de: "Neu laden, um Neues zu sehen", ar: "أعد التحميل لرؤية الجديد" }
    /// Everything is done.
    all_done_title { en: "All done. Thank you", es: "Todo listo. Gracias", fr: "Tout est fait. Merci", de: "Alles erledigt. Danke", ar: "اكتمل كل شيء. شكرًا لك" }
    /// Everything is done: what happens then.
    all_done_text {
        en: "{agent} can see it. If more is needed, you will hear from us.", es: "{agent} ya puede verlo. Si hace falta algo más, le avisaremos.",
        fr: "{agent} peut le voir. S’il faut autre chose, nous vous le dirons.", de: "{agent} kann es sehen. Wenn noch etwas fehlt, melden wir uns.",
        ar: "أصبح كل شيء متاحًا لـ {agent}، وإذا لزم شيء آخر فسنخبرك."
    }
    /// The agent has the room open.
    agent_here { en: "{agent} is here", es: "{agent} está aquí", fr: "{agent} est là", de: "{agent} ist da", ar: "{agent} هنا الآن" }
    /// The agent has not.
    agent_away { en: "{agent} will be back", es: "{agent} volverá", fr: "{agent} va revenir", de: "{agent} kommt wieder", ar: "بانتظار عودة {agent}" }
    /// No connection for three seconds.
    offline { en: "No connection. We keep trying.", es: "Sin conexión. Seguimos intentando.", fr: "Pas de connexion. Nous réessayons.", de: "Keine Verbindung. Wir versuchen es weiter.", ar: "لا يوجد اتصال. نواصل المحاولة." }

    // ---- Chat -------------------------------------------------------------------------------------------------------
    /// Heading of the chat, and the button that opens it.
    chat { en: "Messages", es: "Mensajes", fr: "Messages", de: "Nachrichten", ar: "الرسائل" }
    /// No message yet.
    chat_empty { en: "Have a question? Write to {agent} here.", es: "¿Tiene una pregunta? Escriba aquí a {agent}.", fr: "Une question ? Écrivez à {agent} ici.", de: "Haben Sie eine Frage? Schreiben Sie {agent} hier.", ar: "لديك سؤال؟ اكتب إلى {agent} هنا." }
    /// The field.
    chat_label { en: "Your message", es: "Su mensaje", fr: "Votre message", de: "Ihre Nachricht", ar: "رسالتك" }
    /// Sends it.
    send { en: "Send", es: "Enviar", fr: "Envoyer", de: "Senden", ar: "إرسال" }
    /// Who wrote: the reader.
    you { en: "You", es: "Usted", fr: "Vous", de: "Sie", ar: "أنت" }
    /// A message is on its way.
    sending { en: "Sending", es: "Enviando", fr: "Envoi", de: "Wird gesendet", ar: "جارٍ الإرسال" }
    /// A message was refused; what was typed is kept.
    typed_kept {
        en: "Not sent. Your text is still here.", es: "No enviado. Su texto sigue aquí.", fr: "Non envoyé. Votre texte est toujours là.",
        de: "Nicht gesendet. Ihr Text ist noch hier.", ar: "لم تُرسل. ما كتبته لا يزال هنا."
    }
    /// R2: a message came after the chat was closed.
    chat_refused {
        en: "Not sent: messages are closed. Your text is still here.", es: "No enviado: los mensajes están cerrados. Su texto sigue aquí.",
        fr: "Non envoyé : les messages sont fermés. Votre texte est toujours là.", de: "Nicht gesendet: Nachrichten sind geschlossen. Ihr Text ist noch hier.",
        ar: "لم تُرسل: الرسائل مغلقة. ما كتبته لا يزال هنا."
    }
    /// A message is too long.
    chat_too_long {
        en: "Not sent: the message is too long. Shorten it or send it in parts.", es: "No enviado: el mensaje es demasiado largo. Acórtelo o envíelo por partes.",
        fr: "Non envoyé : le message est trop long. Raccourcissez-le ou envoyez-le en plusieurs fois.", de: "Nicht gesendet: Die Nachricht ist zu lang. Kürzen Sie sie oder senden Sie sie in Teilen.",
        ar: "لم تُرسل: الرسالة طويلة جدًا. اختصرها أو أرسلها على أجزاء."
    }
    /// Nothing can be written now.
    chat_closed { en: "Messages are closed.", es: "Los mensajes están cerrados.", fr: "Les messages sont fermés.", de: "Nachrichten sind geschlossen.", ar: "الرسائل مغلقة." }
    /// How many messages are unread.
    unread { en: "{n} new", es: "{n} nuevos", fr: "{n} nouveaux", de: "{n} neu", ar: "{n} جديدة" }
    /// The agent is typing.
    typing { en: "{agent} is typing", es: "{agent} está escribiendo", fr: "{agent} écrit", de: "{agent} schreibt", ar: "{agent}: جارٍ الكتابة" }

    // ---- After the end (R2) -----------------------------------------------------------------------------------------
    /// First line of the banner.
    ended { en: "This session has ended.", es: "Esta sesión ha terminado.", fr: "Cette session est terminée.", de: "Diese Sitzung ist beendet.", ar: "انتهت هذه الجلسة." }
    /// Tier full, for ever.
    ended_full { en: "You can still view, fill in and complete everything here.", es: "Aún puede ver, rellenar y completar todo aquí.", fr: "Vous pouvez encore tout consulter, remplir et terminer ici.", de: "Sie können hier weiterhin alles ansehen, ausfüllen und abschließen.", ar: "لا يزال بإمكانك الاطلاع على كل شيء هنا وتعبئته وإكماله." }
    /// Tier full, with its end.
    ended_full_until { en: "You can still view, fill in and complete everything here until {until}.", es: "Aún puede ver, rellenar y completar todo aquí hasta el {until}.", fr: "Vous pouvez encore tout consulter, remplir et terminer ici jusqu’au {until}.", de: "Sie können hier noch alles ansehen, ausfüllen und abschließen, bis {until}.", ar: "لا يزال بإمكانك الاطلاع على كل شيء هنا وتعبئته وإكماله حتى {until}." }
    /// What comes after full.
    ended_then_limited { en: "After that you can look at it and download what is done.", es: "Después podrá verlo y descargar lo que esté hecho.", fr: "Ensuite, vous pourrez le consulter et télécharger ce qui est fait.", de: "Danach können Sie es ansehen und Erledigtes herunterladen.", ar: "وبعد ذلك يمكنك الاطلاع وتنزيل ما اكتمل." }
    /// Tier limited.
    ended_limited { en: "You can look at what is open and download what is done.", es: "Puede ver lo pendiente y descargar lo que está hecho.", fr: "Vous pouvez consulter ce qui est ouvert et télécharger ce qui est fait.", de: "Sie können Offenes ansehen und Erledigtes herunterladen.", ar: "يمكنك الاطلاع على ما لم يكتمل وتنزيل ما اكتمل." }
    /// Tier limited, with its end.
    ended_limited_until { en: "You can look at what is open and download what is done until {until}.", es: "Puede ver lo pendiente y descargar lo que está hecho hasta el {until}.", fr: "Vous pouvez consulter ce qui est ouvert et télécharger ce qui est fait jusqu’au {until}.", de: "Sie können Offenes ansehen und Erledigtes herunterladen, bis {until}.", ar: "يمكنك الاطلاع على ما لم يكتمل وتنزيل ما اكتمل حتى {until}." }

    /// Ended, and nothing was ever given.
    ended_empty_title { en: "Nothing here", es: "No hay nada aquí", fr: "Rien ici", de: "Nichts vorhanden", ar: "لا يوجد شيء هنا" }
    /// Ended, and nothing was ever given.
    ended_empty_text { en: "There was nothing for you to fill in or sign.", es: "No había nada que completar o firmar.", fr: "Il n’y avait rien à remplir ni à signer.", de: "Es gab nichts auszufüllen oder zu unterschreiben.", ar: "لم يكن هناك ما يلزم تعبئته أو توقيعه." }

    // ---- Error pages (R15) ------------------------------------------------------------------------------------------
    /// R5: the link's time is over.
    link_expired_title { en: "Link has expired", es: "El enlace ha caducado", fr: "Le lien a expiré", de: "Der Link ist abgelaufen", ar: "انتهت صلاحية الرابط" }
    /// Why.
    link_expired_text { en: "For your safety, a link works for a limited time. Your page is still there.", es: "Por su seguridad, un enlace sirve durante un tiempo limitado. Su página sigue ahí.", fr: "Pour votre sécurité, un lien n’est valable qu’un temps. Votre page existe toujours.", de: "Zu Ihrer Sicherheit gilt ein Link nur eine begrenzte Zeit. Ihre Seite gibt es noch.", ar: "حرصًا على سلامتك يعمل الرابط لمدة محدودة. صفحتك لا تزال موجودة." }
    /// What to do.
    new_link { en: "Send a new link", es: "Enviar un enlace nuevo", fr: "Envoyer un nouveau lien", de: "Neuen Link senden", ar: "أرسل رابطًا جديدًا" }
    /// No new link can be sent from here.
    link_expired_ask { en: "Ask {agent} for a new link.", es: "Pida a {agent} un enlace nuevo.", fr: "Demandez un nouveau lien à {agent}.", de: "Bitten Sie {agent} um einen neuen Link.", ar: "اطلب من {agent} رابطًا جديدًا." }
    /// Where the new link goes.
    new_link_note { en: "We send it only to the email address or phone number that {company} has for you.", es: "Lo enviamos solo al correo o teléfono suyo que tiene {company}.", fr: "Nous l’envoyons uniquement à l’adresse ou au numéro que {company} a pour vous.", de: "Wir senden ihn nur an die E-Mail-Adresse oder Telefonnummer, die {company} von Ihnen hat.", ar: "نرسله فقط إلى بريدك الإلكتروني أو رقم هاتفك المسجل لدى {company}." }
    /// The same answer, sent or not.
    link_sent_title { en: "Check your messages", es: "Revise sus mensajes", fr: "Consultez vos messages", de: "Prüfen Sie Ihre Nachrichten", ar: "تحقق من رسائلك" }
    /// The same answer, sent or not.
    link_sent_text { en: "If a new link can be sent, it is on its way to the email address or phone number that {company} has for you.", es: "Si es posible enviar un enlace nuevo, va de camino al correo o teléfono suyo que tiene {company}.", fr: "Si un nouveau lien peut être envoyé, il est en route vers l’adresse ou le numéro que {company} a pour vous.", de: "Wenn ein neuer Link gesendet werden kann, ist er unterwegs an die E-Mail-Adresse oder Telefonnummer, die {company} von Ihnen hat.", ar: "إذا أمكن إرسال رابط جديد فهو في طريقه إلى بريدك الإلكتروني أو رقم هاتفك المسجل لدى {company}." }
    /// Where to look.
    link_sent_note { en: "It can take a few minutes. Nothing there? Look in the spam folder.", es: "Puede tardar unos minutos. ¿No llega? Mire en la carpeta de correo no deseado.", fr: "Cela peut prendre quelques minutes. Rien reçu ? Regardez dans les indésirables.", de: "Das kann einige Minuten dauern. Nichts da? Sehen Sie im Spam-Ordner nach.", ar: "قد يستغرق ذلك بضع دقائق. لم يصل شيء؟ ابحث في مجلد الرسائل غير المرغوب فيها." }
    /// R5: ended, nothing left to open.
    session_expired_title { en: "Session has expired", es: "La sesión ha caducado", fr: "La session a expiré", de: "Die Sitzung ist abgelaufen", ar: "انتهت الجلسة" }
    /// Why.
    session_expired_text { en: "It has ended, and its page can no longer be opened.", es: "Ha terminado y su página ya no se puede abrir.", fr: "Elle est terminée et sa page ne peut plus être ouverte.", de: "Sie ist beendet, und ihre Seite lässt sich nicht mehr öffnen.", ar: "لقد انتهت ولم يعد بالإمكان فتح صفحتها." }
    /// What to do.
    session_expired_do { en: "Still need something? Ask {agent} for a new session.", es: "¿Necesita algo más? Pida a {agent} una sesión nueva.", fr: "Besoin d’autre chose ? Demandez une nouvelle session à {agent}.", de: "Brauchen Sie noch etwas? Bitten Sie {agent} um eine neue Sitzung.", ar: "ما زلت بحاجة إلى شيء؟ اطلب من {agent} جلسة جديدة." }
    /// R6: another device, cookies, unknown.
    denied_title { en: "Access denied", es: "Acceso denegado", fr: "Accès refusé", de: "Zugriff verweigert", ar: "تم رفض الوصول" }
    /// Another device or browser: why.
    device_text { en: "This page was first opened on another device or in another browser. To protect you, it opens only there.", es: "Esta página se abrió primero en otro dispositivo o navegador. Para protegerle, solo se abre allí.", fr: "Cette page a d’abord été ouverte sur un autre appareil ou dans un autre navigateur. Pour vous protéger, elle ne s’ouvre que là.", de: "Diese Seite wurde zuerst auf einem anderen Gerät oder in einem anderen Browser geöffnet. Zu Ihrem Schutz öffnet sie sich nur dort.", ar: "فُتحت هذه الصفحة أول مرة على جهاز أو متصفح آخر، ولحمايتك لا تُفتح إلا هناك." }
    /// Another device: what to do.
    device_do { en: "Go back to that device and browser, and open the link there.", es: "Vuelva a ese dispositivo y navegador y abra allí el enlace.", fr: "Retournez sur cet appareil et ce navigateur, et ouvrez-y le lien.", de: "Gehen Sie zurück zu diesem Gerät und Browser, und öffnen Sie den Link dort.", ar: "ارجع إلى ذلك الجهاز والمتصفح وافتح الرابط هناك." }
    /// Another device: whom to ask.
    device_ask { en: "Not possible? Ask {agent} to release the page for a new device.", es: "¿No es posible? Pida a {agent} que libere la página para otro dispositivo.", fr: "Pas possible ? Demandez à {agent} de libérer la page pour un nouvel appareil.", de: "Geht das nicht? Bitten Sie {agent}, die Seite für ein neues Gerät freizugeben.", ar: "غير ممكن؟ اطلب من {agent} إتاحة الصفحة لجهاز جديد." }
    /// Another device: move by a code.
    device_move { en: "Move to this device with a code", es: "Pasar a este dispositivo con un código", fr: "Passer à cet appareil avec un code", de: "Mit einem Code auf dieses Gerät wechseln", ar: "انتقل إلى هذا الجهاز باستخدام رمز" }
    /// Cookies are off: why.
    cookies_text { en: "Your browser does not keep cookies from this page. Without them we cannot recognise this device.", es: "Su navegador no guarda las cookies de esta página. Sin ellas no podemos reconocer este dispositivo.", fr: "Votre navigateur ne garde pas les cookies de cette page. Sans eux, nous ne pouvons pas reconnaître cet appareil.", de: "Ihr Browser speichert keine Cookies dieser Seite. Ohne sie können wir dieses Gerät nicht erkennen.", ar: "لا يحفظ متصفحك ملفات تعريف الارتباط من هذه الصفحة، ومن دونها لا يمكننا التعرف على هذا الجهاز." }
    /// Cookies are off: what to do.
    cookies_do { en: "Allow cookies in your browser’s settings, then try again.", es: "Permita las cookies en los ajustes del navegador e inténtelo de nuevo.", fr: "Autorisez les cookies dans les réglages du navigateur, puis réessayez.", de: "Erlauben Sie Cookies in den Einstellungen des Browsers, und versuchen Sie es erneut.", ar: "اسمح بملفات تعريف الارتباط في إعدادات المتصفح ثم حاول مرة أخرى." }
    /// Unknown or revoked link: no detail.
    unknown_text { en: "This link does not open anything.", es: "Este enlace no abre nada.", fr: "Ce lien n’ouvre rien.", de: "Dieser Link öffnet nichts.", ar: "هذا الرابط لا يفتح شيئًا." }
    /// Unknown link: what to do.
    unknown_do { en: "Open the link in the newest message you got. If you copied it, check that it is complete.", es: "Abra el enlace del mensaje más reciente. Si lo copió, compruebe que está completo.", fr: "Ouvrez le lien du message le plus récent. Si vous l’avez copié, vérifiez qu’il est complet.", de: "Öffnen Sie den Link in der neuesten Nachricht. Wenn Sie ihn kopiert haben, prüfen Sie, ob er vollständig ist.", ar: "افتح الرابط الموجود في أحدث رسالة وصلتك. وإن نسخته فتأكد من أنه كامل." }
    /// Unknown link: whom to ask.
    unknown_ask { en: "It still does not open? Ask the person who sent it to you.", es: "¿Sigue sin abrirse? Pregunte a quien se lo envió.", fr: "Il ne s’ouvre toujours pas ? Demandez à la personne qui vous l’a envoyé.", de: "Öffnet er sich noch immer nicht? Fragen Sie die Person, die ihn gesendet hat.", ar: "ما زال لا يُفتح؟ اسأل من أرسله إليك." }
    /// R7: too many wrong tries.
    locked_title { en: "Locked for now", es: "Bloqueado por ahora", fr: "Bloqué pour l’instant", de: "Vorerst gesperrt", ar: "مقفلة مؤقتًا" }
    /// Why.
    locked_text { en: "A wrong PIN was entered too many times. This protects your page.", es: "Se introdujo un PIN incorrecto demasiadas veces. Así protegemos su página.", fr: "Un mauvais code PIN a été saisi trop de fois. Cela protège votre page.", de: "Eine falsche PIN wurde zu oft eingegeben. Das schützt Ihre Seite.", ar: "أُدخل رمز PIN خاطئ مرات كثيرة. هذا القفل يحمي صفحتك." }
    /// When it unlocks.
    locked_until { en: "You can try again in {n} min, at {until}.", es: "Puede intentarlo de nuevo en {n} min, a las {until}.", fr: "Vous pourrez réessayer dans {n} min, à {until}.", de: "Sie können es in {n} Min. erneut versuchen, um {until}.", ar: "يمكنك المحاولة مجددًا بعد {n} دقيقة، عند {until}." }
    /// Locked for good.
    banned_title { en: "Locked", es: "Bloqueado", fr: "Bloqué", de: "Gesperrt", ar: "مقفلة" }
    /// Locked until the agent resets it.
    banned_do { en: "It stays locked until {agent} unlocks it for you. Please get in touch.", es: "Seguirá bloqueado hasta que {agent} lo desbloquee. Póngase en contacto.", fr: "La page reste bloquée jusqu’à ce que {agent} la débloque. Prenez contact.", de: "Die Seite bleibt gesperrt, bis {agent} sie entsperrt. Bitte nehmen Sie Kontakt auf.", ar: "ستبقى مقفلة إلى أن تُفتح لك من قِبل {agent}. يرجى التواصل." }
    /// Maintenance, or the platform fails.
    down_title { en: "Service down", es: "Servicio no disponible", fr: "Service indisponible", de: "Dienst nicht verfügbar", ar: "الخدمة متوقفة" }
    /// Why.
    down_text { en: "Your page cannot be opened right now. Nothing is lost.", es: "Su página no se puede abrir en este momento. No se ha perdido nada.", fr: "Votre page ne peut pas être ouverte pour le moment. Rien n’est perdu.", de: "Ihre Seite lässt sich gerade nicht öffnen. Nichts ist verloren.", ar: "لا يمكن فتح صفحتك الآن. لم يُفقد أي شيء." }
    /// What to do.
    down_do { en: "Please try again in a few minutes.", es: "Inténtelo de nuevo en unos minutos.", fr: "Réessayez dans quelques minutes.", de: "Bitte versuchen Sie es in einigen Minuten erneut.", ar: "يرجى المحاولة مرة أخرى بعد بضع دقائق." }
    /// Where the operator says more.
    down_status { en: "See the current status", es: "Ver el estado actual", fr: "Voir l’état actuel", de: "Aktuellen Status ansehen", ar: "اطلع على الحالة الحالية" }
    /// R15: the live connection is gone for good.
    closed_title { en: "Connection closed", es: "Conexión cerrada", fr: "Connexion fermée", de: "Verbindung geschlossen", ar: "أُغلق الاتصال" }
    /// Opened elsewhere.
    closed_superseded { en: "This page was opened in another tab or window. It works only in the newest one.", es: "Esta página se abrió en otra pestaña o ventana. Solo funciona en la más reciente.", fr: "Cette page a été ouverte dans un autre onglet ou une autre fenêtre. Elle ne fonctionne que dans le plus récent.", de: "Diese Seite wurde in einem anderen Tab oder Fenster geöffnet. Sie funktioniert nur im neuesten.", ar: "فُتحت هذه الصفحة في علامة تبويب أو نافذة أخرى، وهي تعمل في الأحدث فقط." }
    /// Lost.
    closed_lost { en: "We could not reach the server for a while. What you typed is kept.", es: "No pudimos contactar con el servidor durante un rato. Lo que escribió se conserva.", fr: "Le serveur est resté injoignable un moment. Ce que vous avez écrit est conservé.", de: "Der Server war eine Weile nicht erreichbar. Was Sie geschrieben haben, ist noch da.", ar: "تعذر الوصول إلى الخادم لبعض الوقت. ما كتبته محفوظ." }
    /// What to do.
    closed_do { en: "Reload to carry on here.", es: "Vuelva a cargar para seguir aquí.", fr: "Rechargez pour continuer ici.", de: "Laden Sie neu, um hier weiterzumachen.", ar: "أعد التحميل للمتابعة من هنا." }
    /// A form that came too late or from elsewhere.
    stale_title { en: "Please try again", es: "Inténtelo de nuevo", fr: "Veuillez réessayer", de: "Bitte noch einmal", ar: "يرجى المحاولة مجددًا" }
    /// Why.
    stale_text { en: "The page was open for too long, or part of the request was missing. Nothing was changed.", es: "La página estuvo abierta demasiado tiempo o faltaba parte de la solicitud. No se ha cambiado nada.", fr: "La page est restée ouverte trop longtemps, ou il manquait une partie de la demande. Rien n’a changé.", de: "Die Seite war zu lange offen, oder ein Teil der Anfrage fehlte. Nichts wurde geändert.", ar: "بقيت الصفحة مفتوحة مدة طويلة أو كان جزء من الطلب ناقصًا. لم يتغير شيء." }
    /// Too many requests.
    busy_text { en: "That was a lot of requests in a short time.", es: "Han sido muchas solicitudes en poco tiempo.", fr: "Cela fait beaucoup de demandes en peu de temps.", de: "Das waren viele Anfragen in kurzer Zeit.", ar: "وردت طلبات كثيرة في وقت قصير." }
    /// Too many requests: what to do.
    busy_do { en: "Wait a minute, then try again.", es: "Espere un minuto e inténtelo de nuevo.", fr: "Attendez une minute, puis réessayez.", de: "Warten Sie eine Minute, und versuchen Sie es dann erneut.", ar: "انتظر دقيقة ثم حاول مرة أخرى." }
    /// Whom to ask when no agent is known.
    your_contact { en: "your contact", es: "su contacto", fr: "votre contact", de: "Ihre Kontaktperson", ar: "الشخص المسؤول عنك" }

    // ---- Mails ------------------------------------------------------------------------------------------------------
    /// First line of a mail.
    mail_hello { en: "Hello {name},", es: "Hola, {name}:", fr: "Bonjour {name},", de: "Guten Tag {name},", ar: "مرحبًا {name}،" }
    /// Invitation: after the subject in the list of mails.
    mail_invitation_preview { en: "Open your private page when it suits you.", es: "Abra su página privada cuando le venga bien.", fr: "Ouvrez votre page privée quand vous le souhaitez.", de: "Öffnen Sie Ihre private Seite, wann es Ihnen passt.", ar: "افتح صفحتك الخاصة في الوقت الذي يناسبك." }
    /// Invitation.
    mail_invitation { en: "{agent} from {company} has a private page for you. There you see what there is to look at, fill in or sign.", es: "{agent}, de {company}, tiene una página privada para usted. Allí verá lo que hay que leer, completar o firmar.", fr: "{agent}, de {company}, a une page privée pour vous. Vous y verrez ce qu’il y a à lire, à remplir ou à signer.", de: "{agent} von {company} hat eine private Seite für Sie. Dort sehen Sie, was es anzusehen, auszufüllen oder zu unterschreiben gibt.", ar: "لديك صفحة خاصة من {agent} لدى {company} تجد فيها ما يحتاج إلى اطلاعك أو تعبئتك أو توقيعك." }
    /// Invitation with a PIN, which is never in it.
    mail_pin { en: "Have the PIN ready that {agent} gave you. It is not in this message, for your safety.", es: "Tenga a mano el PIN que le dio {agent}. Por su seguridad no está en este mensaje.", fr: "Préparez le code PIN que {agent} vous a donné. Pour votre sécurité, il n’est pas dans ce message.", de: "Halten Sie die PIN bereit, die Sie von {agent} haben. Zu Ihrer Sicherheit steht sie nicht in dieser Nachricht.", ar: "جهّز رمز PIN الذي حصلت عليه من {agent}. لسلامتك لا يرد في هذه الرسالة." }
    /// Under the button.
    mail_address { en: "Or copy this address into your browser:", es: "O copie esta dirección en su navegador:", fr: "Ou copiez cette adresse dans votre navigateur :", de: "Oder kopieren Sie diese Adresse in Ihren Browser:", ar: "أو انسخ هذا العنوان في متصفحك:" }
    /// How long the link works.
    mail_until { en: "The link works until {until}.", es: "El enlace sirve hasta el {until}.", fr: "Le lien est valable jusqu’au {until}.", de: "Der Link gilt bis {until}.", ar: "الرابط صالح حتى {until}." }
    /// Why it came.
    mail_why { en: "You get this message because {agent} from {company} entered this address for you. Questions? Reply to this message.", es: "Recibe este mensaje porque {agent}, de {company}, registró esta dirección para usted. ¿Preguntas? Responda a este mensaje.", fr: "Vous recevez ce message car {agent}, de {company}, a saisi cette adresse pour vous. Des questions ? Répondez à ce message.", de: "Sie erhalten diese Nachricht, weil {agent} von {company} diese Adresse für Sie eingetragen hat. Fragen? Antworten Sie auf diese Nachricht.", ar: "تصلك هذه الرسالة لأن هذا العنوان سُجّل لك من قِبل {agent} لدى {company}. لديك أسئلة؟ رد على هذه الرسالة." }
    /// New link: subject.
    mail_new_link_subject { en: "Your new link from {company}", es: "Su enlace nuevo de {company}", fr: "Votre nouveau lien de {company}", de: "Ihr neuer Link von {company}", ar: "رابطك الجديد من {company}" }
    /// New link: after the subject.
    mail_new_link_preview { en: "Your page is as you left it.", es: "Su página está como la dejó.", fr: "Votre page est telle que vous l’avez laissée.", de: "Ihre Seite ist, wie Sie sie verlassen haben.", ar: "صفحتك كما تركتها." }
    /// New link.
    mail_new_link { en: "Here is a new link to your page with {agent} from {company}. Everything is as you left it.", es: "Aquí tiene un enlace nuevo a su página con {agent}, de {company}. Todo está como lo dejó.", fr: "Voici un nouveau lien vers votre page avec {agent}, de {company}. Tout est tel que vous l’avez laissé.", de: "Hier ist ein neuer Link zu Ihrer Seite mit {agent} von {company}. Alles ist, wie Sie es verlassen haben.", ar: "هذا رابط جديد إلى صفحتك مع {agent} لدى {company}. كل شيء كما تركته." }
    /// New link: why it came.
    mail_new_link_why { en: "You get this message because a new link to your page was asked for. It was not you? Then do nothing; the link is safe with you.", es: "Recibe este mensaje porque se pidió un enlace nuevo a su página. ¿No fue usted? No haga nada; el enlace solo lo tiene usted.", fr: "Vous recevez ce message car un nouveau lien vers votre page a été demandé. Ce n’était pas vous ? Ne faites rien ; personne d’autre n’a ce lien.", de: "Sie erhalten diese Nachricht, weil ein neuer Link zu Ihrer Seite angefordert wurde. Das waren nicht Sie? Dann tun Sie nichts; nur Sie haben den Link.", ar: "تصلك هذه الرسالة لأنه طُلب رابط جديد إلى صفحتك. لم تطلبه؟ لا تفعل شيئًا، فالرابط لديك وحدك." }
    /// The session goes on: subject.
    mail_renewed_subject { en: "Your page at {company} is open again", es: "Su página de {company} vuelve a estar abierta", fr: "Votre page chez {company} est de nouveau ouverte", de: "Ihre Seite bei {company} ist wieder offen", ar: "صفحتك لدى {company} مفتوحة من جديد" }
    /// The session goes on.
    mail_renewed { en: "{agent} from {company} has opened your page again. Everything is as you left it.", es: "{agent}, de {company}, ha vuelto a abrir su página. Todo está como lo dejó.", fr: "{agent}, de {company}, a rouvert votre page. Tout est tel que vous l’avez laissé.", de: "{agent} von {company} hat Ihre Seite wieder geöffnet. Alles ist, wie Sie es verlassen haben.", ar: "صفحتك مع {agent} لدى {company} مفتوحة من جديد. كل شيء كما تركته." }
    /// Code: subject. The code itself stays out of lists and lock screens.
    mail_code_subject { en: "Your code for {company}", es: "Su código para {company}", fr: "Votre code pour {company}", de: "Ihr Code für {company}", ar: "رمزك لدى {company}" }
    /// Code: after the subject.
    mail_code_preview { en: "It works for {n} minutes.", es: "Sirve durante {n} minutos.", fr: "Il est valable {n} minutes.", de: "Er gilt {n} Minuten.", ar: "صالح لمدة {n} دقائق." }
    /// Code.
    mail_code { en: "Enter this code on your page at {company}:", es: "Introduzca este código en su página de {company}:", fr: "Saisissez ce code sur votre page chez {company} :", de: "Geben Sie diesen Code auf Ihrer Seite bei {company} ein:", ar: "أدخل هذا الرمز في صفحتك لدى {company}:" }
    /// Code: keep it.
    mail_code_keep { en: "It works for {n} minutes. Tell it to nobody; we never ask for it by phone.", es: "Sirve durante {n} minutos. No se lo diga a nadie; nunca lo pedimos por teléfono.", fr: "Il est valable {n} minutes. Ne le dites à personne ; nous ne le demandons jamais par téléphone.", de: "Er gilt {n} Minuten. Sagen Sie ihn niemandem; wir fragen nie am Telefon danach.", ar: "صالح لمدة {n} دقائق. لا تخبر به أحدًا، فنحن لا نطلبه هاتفيًا أبدًا." }
    /// Code: why it came.
    mail_code_why { en: "You get this message because your page at {company} was opened. It was not you? Then do nothing, and nobody gets in.", es: "Recibe este mensaje porque se abrió su página de {company}. ¿No fue usted? No haga nada y nadie entrará.", fr: "Vous recevez ce message car votre page chez {company} a été ouverte. Ce n’était pas vous ? Ne faites rien, et personne n’entrera.", de: "Sie erhalten diese Nachricht, weil Ihre Seite bei {company} geöffnet wurde. Das waren nicht Sie? Dann tun Sie nichts, und niemand kommt hinein.", ar: "تصلك هذه الرسالة لأن صفحتك لدى {company} فُتحت. لم تكن أنت؟ لا تفعل شيئًا ولن يدخل أحد." }
    /// Reminder: subject.
    mail_reminder_subject { en: "Still open: your page at {company}", es: "Pendiente: su página de {company}", fr: "Encore ouvert : votre page chez {company}", de: "Noch offen: Ihre Seite bei {company}", ar: "لم يكتمل بعد: صفحتك لدى {company}" }
    /// Reminder.
    mail_reminder { en: "Something on your page is not finished. You can carry on where you stopped.", es: "Hay algo sin terminar en su página. Puede seguir donde lo dejó.", fr: "Quelque chose n’est pas terminé sur votre page. Vous pouvez reprendre où vous en étiez.", de: "Auf Ihrer Seite ist noch etwas offen. Sie können dort weitermachen, wo Sie aufgehört haben.", ar: "هناك ما لم يكتمل في صفحتك. يمكنك المتابعة من حيث توقفت." }
    /// Update: subject.
    mail_update_subject { en: "News on your page at {company}", es: "Novedades en su página de {company}", fr: "Du nouveau sur votre page chez {company}", de: "Neues auf Ihrer Seite bei {company}", ar: "جديد في صفحتك لدى {company}" }
    /// Update.
    mail_update { en: "{agent} has added something to your page.", es: "{agent} ha añadido algo a su página.", fr: "{agent} a ajouté quelque chose à votre page.", de: "{agent} hat Ihrer Seite etwas hinzugefügt.", ar: "هناك جديد في صفحتك من {agent}." }

    // ---- Text messages: GSM-7 only, short; Arabic has no GSM-7 and speaks by the company and the link alone -----------
    /// Invitation.
    text_invitation { en: "{company}: {agent} invites you to your private page: {link}", es: "{company}: {agent} le invita a ver su enlace privado: {link}", fr: "{company} : {agent} vous invite sur votre page privée : {link}", de: "{company}: {agent} lädt Sie auf Ihre private Seite ein: {link}", ar: "{company}: {agent}: {link}" }
    /// New link.
    text_new_link { en: "{company}: your new link: {link}", es: "{company}: su enlace nuevo: {link}", fr: "{company} : votre nouveau lien : {link}", de: "{company}: Ihr neuer Link: {link}", ar: "{company}: {link}" }
    /// Anything with a link, where the agent's name does not fit or cannot be written.
    text_page { en: "{company}: your private page: {link}", es: "{company}: su enlace privado: {link}", fr: "{company} : votre page privée : {link}", de: "{company}: Ihre private Seite: {link}", ar: "{company}: {link}" }
    /// The session goes on.
    text_renewed { en: "{company}: {agent} has opened your page again: {link}", es: "{company}: puede seguir con {agent}: {link}", fr: "{company} : votre page est de nouveau ouverte : {link}", de: "{company}: Ihre Seite ist wieder offen: {link}", ar: "{company}: {agent}: {link}" }
    /// Code.
    text_code { en: "{company}: your code is {code}. It works for {n} minutes. Tell it to nobody.", es: "{company}: su clave es {code}. Sirve {n} minutos. No la diga a nadie.", fr: "{company} : votre code est {code}. Valable {n} minutes. Ne le dites à personne.", de: "{company}: Ihr Code ist {code}. Er gilt {n} Minuten. Sagen Sie ihn niemandem.", ar: "{company}: {code} ({n} min)" }
    /// Code, where the company's name cannot be written.
    text_code_alone { en: "Your code: {code}", es: "Su clave: {code}", fr: "Votre code : {code}", de: "Ihr Code: {code}", ar: "{code}" }
    /// Reminder.
    text_reminder { en: "{company}: something on your page is not finished: {link}", es: "{company}: le queda algo pendiente: {link}", fr: "{company} : votre page n'est pas finie : {link}", de: "{company}: Auf Ihrer Seite ist noch etwas offen: {link}", ar: "{company}: {link}" }
    /// Update.
    text_update { en: "{company}: {agent} added something for you: {link}", es: "{company}: {agent} tiene algo nuevo para usted: {link}", fr: "{company} : {agent} a du nouveau pour vous : {link}", de: "{company}: {agent} hat etwas Neues für Sie: {link}", ar: "{company}: {agent}: {link}" }
}

/// Fills the placeholders of a text. What is put in is text, not markup; escaping is up to where it goes.
/// Inside right-to-left text, and when it is right-to-left itself, a value is isolated, so that it cannot rearrange
/// the words around it.
pub fn fill(lang: Lang, text: &str, values: &[(&str, &str)]) -> String {
    put(text, values, |value| isolate(lang, value))
}

/// [`fill`] without isolates, for text messages.
pub(crate) fn fill_plain(text: &str, values: &[(&str, &str)]) -> String {
    put(text, values, str::to_owned)
}

fn put(text: &str, values: &[(&str, &str)], wrap: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    // One pass from left to right, so that a name with braces in it is never taken for a placeholder.
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        if let Some((_, value)) = values.iter().find(|(key, _)| *key == name) {
            filled.push_str(&wrap(value));
        } else {
            filled.extend(["{", name, "}"]);
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// First-strong isolate around a value that could run the other way than the text around it.
fn isolate(lang: Lang, value: &str) -> String {
    let rtl = value.chars().any(|letter| matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{202a}'..='\u{202e}'));
    if rtl || lang == Lang::Ar { format!("\u{2068}{value}\u{2069}") } else { value.to_owned() }
}

const MONTHS: [[&str; 12]; 5] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"],
];

/// A day and a time in words, in UTC: the reader's zone is known only to the reader's browser, which puts its own in place.
pub fn moment(lang: Lang, at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    let month = usize::from(at.month().unsigned_abs()).saturating_sub(1);
    let month = MONTHS[lang as usize].get(month).copied().unwrap_or_default();
    let (day, year) = (at.day(), at.year());
    let date = match lang {
        Lang::Es => format!("{day} de {month} de {year}"),
        Lang::De => format!("{day}. {month} {year}"),
        Lang::En | Lang::Fr | Lang::Ar => format!("{day} {month} {year}"),
    };
    let time = clock_of(&at);
    // The time runs from left to right whatever is around it.
    if lang == Lang::Ar { format!("{date}، \u{2066}{time}\u{2069}") } else { format!("{date}, {time}") }
}

/// A time of day in UTC, such as `14:05 UTC`.
pub fn clock(at: Timestamp) -> String {
    clock_of(&at.to_zoned(TimeZone::UTC))
}

fn clock_of(at: &jiff::Zoned) -> String {
    format!("{:02}:{:02} UTC", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_language_says_everything() {
        for (name, entry) in ALL {
            let english = placeholders(entry(Lang::En));
            for lang in Lang::ALL {
                let text = entry(lang);
                assert!(!text.is_empty() && !text.contains('!') && text.trim() == text, "{name} {lang:?}");
                assert!(!text.to_lowercase().contains("parlor"), "{name} {lang:?}");
                // Arabic texts cannot be words in GSM-7, so they may leave names out.
                if !name.starts_with("text_") {
                    assert_eq!(placeholders(text), english, "{name} {lang:?}");
                }
            }
        }
    }

    #[test]
    fn a_value_is_never_read_as_a_placeholder() {
        let filled = fill(Lang::En, "{agent} from {company}", &[("agent", "{company}"), ("company", "A{B")]);
        assert_eq!(filled, "{company} from A{B");
        assert_eq!(fill(Lang::En, "Hello {name}", &[("name", "Mara")]), "Hello Mara");
        assert_eq!(fill(Lang::En, "Hello {name}", &[("name", "ليلى")]), "Hello \u{2068}ليلى\u{2069}");
    }

    #[test]
    fn a_moment_is_absolute() {
        let at: Timestamp = "2026-11-21T14:05:00Z".parse().expect("a time");
        assert_eq!(moment(Lang::En, at), "21 November 2026, 14:05 UTC");
        assert_eq!(moment(Lang::Es, at), "21 de noviembre de 2026, 14:05 UTC");
        assert_eq!(moment(Lang::De, at), "21. November 2026, 14:05 UTC");
        assert_eq!(moment(Lang::Ar, at), "21 نوفمبر 2026، \u{2066}14:05 UTC\u{2069}");
    }
}
