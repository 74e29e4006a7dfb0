"""Frequent words of short comments, by language: lists of the project's own."""

# Words by which a language gives itself away in a comment; what two lists share proves nothing.
UKRAINIAN = """
аби або авжеж адже але ану атож б бабуся багато байдуже батьки батько бачив бачила без би близько бо
бовдур бодай брехати брехня брехун брехуни брешеш бридко був буде будинку будинок буду будь була були було
більше в'язниця важко варто ваш ваша ваше ваші великий весело вечір вже взимку взяв вибачте вимкни виродок
влада влітку вона вони воно ворог ворога ворогам вороги вранці все всього вулиця вулиці вчитель вчити
вчитися вчора від відповідь війна вітаю газета ганьба гаразд гарна гарне гарний гарно геть гидко говорити
година годинник годі грошей гроші гідота гірше давай дай дайте далеко де дев'ять депутати держава десь
дивився дивилась дивлюсь дитина до добре допомога допомогло допоможіть досить дощ другий друже дуже думати
дурень дурепа дурепо дурна дурний дякувати дякую дівчина дідусь діти еге ж жах жив живе жила жити жоден
жодна жодного жодному жінка з забирайся забув забула завжди завтра залишив занадто запитай зараз затори
зачекай зачекайте зв'язок звичайно звідки звідси звісно згадав згоден згодна згодом здоров'я здоровий
здохни злодій злочинець знайшла знайшов знаю знає знову зовсім зрада зробив зробила зробили зробити зі й
йде його йолоп йому кава каву каже кажу кажуть картка картку кацап квитки кепсько кожен кожний козак кохаю
коштувало коштує краще країна країни кричати куди купа купив купити купувати кінець ласка легко либонь
лише людей люди людина лікар лікарня ліки лікуватися м'ясо мабуть майже малий мало маю мають має маємо
маєш мене менше мені мерзота мир миру мова мови мовляв мовчи може можна молодець молодий молоко москаль
моя моє муситиму мушу мій місто місяць навколо наволоч навпаки навчання навчати навіть навіщо над надто
найгірший найкращий напевно направду насправді наче начебто наш наша наше наші негайно негідник нема немає
ненавиджу неначе нехай новий новини ні ніби ніде ніколи ніхто ніч об'єкт огидно однак окремо он останній
ось отак отже отож отут п'яний п'ять падлюка пам'ятаю пам'ять пане пані паскуда певно пельку перед
перемога перепрошую перший писав писати питання пишуть побачив побачила повинен повинна повільно погана
поганий погано подивись подивіться подорожчав подорожчали подумати покидьки покидьок поліція понеділок
поруч послухай потреба потребує потрібно потім початок почув поїхав поїхали працює праця праці президент
приберіть прийшов приїхав приїхала про пробував пробувала продав просто проте під після пішов рада радий
разом ранок раніше робимо робити робить робиш роблю роблять робота роботи родина родини розкажи розповів
розповідай розумію роки років рік свого сволото своє свій секунда село скажи скажіть сказав сказала слава
слухав слухай слухати слів смачний смачно смачного смерть сором справді спробував стали стало стане старий
стаття стули сумно сьогодні сіль сім'я та так також там тварюка тварюко твоя твій теж тепер тиждень тобі
той тому точно треба третій трохи тут тільки увечері увімкни узяв узяла україна україні університет уряд
усі усім учитель файний файно хай хвилина хвороба хлопець хлопче хліб хотів хоч хоча хочу хто хтось це цей
цукор цього цьому ця ці чекати чекаю чесність чи чий читав читала читати чия чиє чоловік чому чув чудова
чудовий чудово чула швидко школа школи шматок шукав шукаю ще що щоб щось як яка якась яке якесь який
якийсь якщо які із ім'я її
"""
RUSSIAN = """
автор без близко больше брат будет бы был была были было быстро ваша ваше ведь весело вечером взял взяла
видел видела вкусно власть вместе во война вон вообще вопрос вот враг врага враги все всегда всем вспомнил
всё второй вчера вы газета где говорит говорить говорят город грустно да даже дай далеко девушка девять
делает делаешь делать деньги деревня дети должен должна дом друг думать дура дурак его ее ему если есть
еще ещё её ждать жду же женщина живёт жил жила жить забыл забыла завтра здесь здоровье зимой знает знаю и
идёт из извините или имею имя искал ищу каждый как какая какие какое какой ко конечно красиво красивый кто
кто-то купил купить кусок ладно легко летом ли лишь лучше лучший люблю люди мало медленно меня мир мне
много может можно молодец молоко молчи моя моё мужик мужчина мы мясо наверное над надо наш наша наше нашел
нашёл неделя ненавижу нет нигде никогда никто но новости нужно об объект он она они оно опять оставил от
ответ отец отлично отличный очень память парень первый перед писать плохая плохо плохой победа под
подумать пожалуйста поздравляю позор помню помогите помогло понимаю после последний потом почему почти
поэтому правительство пришёл пробовал пробовала продал просто пусть пять работа работает рад рада раз
раньше ребёнок рядом сахар свой своё связь сделал сделала сделали сделать себя сегодня сейчас семья сестра
сказал сказала слишком слышал слышала смотрел смотрела смотрю со совсем согласен соль спасибо сразу стал
стала станет статья стоило стоит страна стыд тварь твой тебе тебя теперь тоже только тот точно третий
трудно ты увидел уже улица умею услышал утром ушёл хватит хлеб хорошо хотел хочу худший хуже человек читал
читать что что-то чтобы чуть школа школы эта эти это этого этому этот я
"""
# Bulgarian and Belarusian words that are neither Russian nor Ukrainian.
NEIGHBOURS = """
аз благодаря вашы вельмі във гэта дзень дзякуй добры един една защо знам искам какво калі кога къде мерси
моля нещо нищо няма прыгожа пък са сме сте съм със сябры таму това толькі трэба че ще
"""
ENGLISH = """
a about above absolutely actually advertising after again against ago ain all almost alone already also
always am amazing an and another any anybody anyone anything anyway are aren't around article as ask asked
at author autumn away awful baby back bad bark be beautiful because been before being believe best better
between big birthday bit book boring bought boy brilliant bro brother but buy by call came can can't car
care careful carefully cat change child cinema city class clean clearly coach cold come comes coming
comment complete completely cook cooked cool could couldn't country crazy cry damn day days dead dear
delicious did didn't die different disgusting do doctor doctors does doesn't dog dogs don't done dont door
double doubled down drink drive each early easy eat either email end engine enough even ever every
everybody everyone everything exactly excellent expensive eye face fact fake family fan fantastic far fast
father feel few fight find fine fire first flex food football for forget forward found free fresh friend
from fuck fucking full fun funny game garbage gave general gentlemen get getting girl give glad go god
goes going gone good got grandmother great guess guy guys had half hand happened happens happy hard has
hate hates have having he he's head health hear heard hell hello help her here here's hey hi high highly
him himself his hit hold home honest honestly hope horrible hot house how huge human hurt i i'll i'm i've
idea idiot if im in include information interested interesting internet into is isn't it it's its jams job
joke just keep kick kid kidding kids kill kind knew know known lady land language last late later laugh
law lead learn leave left less let let's level lie lies life light like liked line list listen little live
lives lol lonely long look looking looks lose loser losers lot love lovely loves luck lucky lying mad made
main make makes making man many matter may maybe me mean means meet men mess might mind mine minute
minutes miss mom moment monday mondays money month more morning moron morons most mother mouth moves movie
much music must my myself nailed name nasty need needs neither never new news next nice night no nobody
none nonsense normal not nothing now nowhere number of off often oh ok okay old on once one only open
opinion or order original other our out over own page parents part party pathetic pay people perfect
person phone place play playing please point police politics poor possible post posting power president
pretty price prices probably problem proud put question quick quit quite rain rather read reading ready
real really reason recipe recommended remember report respect rest rich ridiculous right rubbish sad said
same save saved saw say says scared school see seen send sense serious seriously set several shame she
she's short should shouting show shut sick simple since sir sister site sleep sleeps slow small smart so
social sofa sold some somebody someone something sometimes son soon sorry sort sound soup speak special
spent stand start state stay stayed still stop stopped story stuff stupid such suck sucks sugar sun
support sure system take talk talking tasty teacher tell tells terrible test text than thank thanks that
that's the their them then there there's these they they're they've thing things think thinks third this
those though thought three through tickets time tired to today together told tomorrow tonight too took top
total totally touch town traffic trash tried true trust truth try trying turn turned two type ugly under
understand until up us use used useless usually version very video view village visit voice wait waiting
walk wall want wanted wants war was wasn't watch watched watching water way we we're wear weather website
week weird welcome well went were what what's when where where's which while white who whole whose why
wife wild will winter wish with within without woman women won won't wonder wonderful word words work
working works world worst would wow write writing wrong wrote yeah year years yes yesterday yet you you're
young your yours yourself
"""
OTHER_LATIN = """
aber ahoj al ale amigo auch auf avec bahnhof bardzo beaucoup bella bitte bonjour buenos che chto ciao co
come como comprends con czy da danke dans das del dela der des di dias die dobry donde dziękuję ein eine
el elle en es est está et eto für geht gli gracias grazie guten habe hat hola hvala ich ihr il ist jak je
jest jsem już kak la las le lepo les los ma masz merci mille mit muchas muy más na ne net nicht nie noch
non nous nur para pas per pero più por pour privet proszę que questo qui sie się sono sont su sur tag tak
tu ty un una und une von vous war wie wir wo y ya yo zu è
"""
