"""Gives the targets so far the code of their indicator, by its name and unit in one language."""

from typing import Any, Final

from django.db import migrations

from core.folding import fold

# As the form proposed them so far, in the six languages.
INDICATORS: Final = {
    "internet_users": (
        ("People who use the Internet", "people"),
        ("Personnes utilisant l’Internet", "personnes"),
        ("Personas que utilizan Internet", "personas"),
        ("Люди, пользующиеся интернетом", "человек"),
        ("使用互联网的人数", "人"),
        ("مستخدمو الإنترنت", "أشخاص"),
    ),
    "people_trained": (
        ("People trained in digital skills", "people"),
        ("Personnes formées aux compétences numériques", "personnes"),
        ("Personas formadas en competencias digitales", "personas"),
        ("Люди, обученные цифровым навыкам", "человек"),
        ("接受数字技能培训的人数", "人"),
        ("الأشخاص المدرَّبون على المهارات الرقمية", "أشخاص"),
    ),
    "women_trained": (
        ("Women trained in digital skills", "people"),
        ("Femmes formées aux compétences numériques", "personnes"),
        ("Mujeres formadas en competencias digitales", "personas"),
        ("Женщины, обученные цифровым навыкам", "человек"),
        ("接受数字技能培训的妇女人数", "人"),
        ("النساء المدرَّبات على المهارات الرقمية", "أشخاص"),
    ),
    "homes_connected": (
        ("Homes with Internet access", "homes"),
        ("Foyers ayant accès à l’Internet", "foyers"),
        ("Hogares con acceso a Internet", "hogares"),
        ("Домохозяйства с доступом в интернет", "домохозяйств"),
        ("接入互联网的家庭", "户"),
        ("المنازل التي لديها نفاذ إلى الإنترنت", "منازل"),
    ),
    "businesses_online": (
        ("Small businesses that use digital services", "businesses"),
        ("Petites entreprises utilisant des services numériques", "entreprises"),
        ("Pequeñas empresas que utilizan servicios digitales", "empresas"),
        ("Малые предприятия, использующие цифровые услуги", "предприятий"),
        ("使用数字服务的小企业", "家企业"),
        ("الأعمال التجارية الصغيرة التي تستخدم الخدمات الرقمية", "أعمال تجارية"),
    ),
    "startups_supported": (
        ("Start-ups supported", "start-ups"),
        ("Jeunes entreprises soutenues", "jeunes entreprises"),
        ("Empresas emergentes apoyadas", "empresas emergentes"),
        ("Стартапы, получившие поддержку", "стартапов"),
        ("获得支持的初创企业", "家初创企业"),
        ("الشركات الناشئة المدعومة", "شركات ناشئة"),
    ),
    "mobile_data_price": (
        ("Price of mobile data, share of monthly income", "%"),
        ("Prix des données mobiles, en part du revenu mensuel", "%"),
        ("Precio de los datos móviles, proporción de los ingresos mensuales", "%"),
        ("Стоимость мобильной передачи данных как доля месячного дохода", "%"),
        ("移动数据价格占月收入的比例", "%"),
        ("سعر البيانات المتنقلة كنسبة من الدخل الشهري", "%"),
    ),
    "schools_connected": (
        ("Schools connected", "schools"),
        ("Écoles connectées", "écoles"),
        ("Escuelas conectadas", "escuelas"),
        ("Подключённые школы", "школ"),
        ("已连通的学校", "所学校"),
        ("المدارس الموصولة", "مدارس"),
    ),
    "teachers_trained": (
        ("Teachers trained", "people"),
        ("Enseignants formés", "personnes"),
        ("Docentes formados", "personas"),
        ("Обученные учителя", "человек"),
        ("接受培训的教师", "人"),
        ("المعلمون المدرَّبون", "أشخاص"),
    ),
    "mobile_coverage": (
        ("People covered by mobile broadband", "people"),
        ("Personnes couvertes par le large bande mobile", "personnes"),
        ("Personas con cobertura de banda ancha móvil", "personas"),
        ("Население в зоне охвата мобильной широкополосной связи", "человек"),
        ("移动宽带覆盖的人口", "人"),
        ("الأشخاص المشمولون بتغطية النطاق العريض المتنقل", "أشخاص"),
    ),
    "fibre_laid": (
        ("Optical fibre laid", "kilometres"),
        ("Fibre optique posée", "kilomètres"),
        ("Fibra óptica tendida", "kilómetros"),
        ("Проложенное оптическое волокно", "километров"),
        ("铺设的光纤", "公里"),
        ("الألياف البصرية الممدودة", "كيلومترات"),
    ),
    "mobile_sites_built": (
        ("Mobile sites built", "sites"),
        ("Sites mobiles construits", "sites"),
        ("Emplazamientos móviles construidos", "emplazamientos"),
        ("Построенные объекты мобильной связи", "объектов"),
        ("建成的移动站点", "个站点"),
        ("المواقع المتنقلة المنشأة", "مواقع"),
    ),
    "villages_connected": (
        ("Villages connected", "villages"),
        ("Villages connectés", "villages"),
        ("Aldeas conectadas", "aldeas"),
        ("Подключённые сельские населённые пункты", "населённых пунктов"),
        ("已连通的村庄", "个村庄"),
        ("القرى الموصولة", "قرى"),
    ),
}
BATCH_SIZE: Final = 1000


def write_codes(apps: Any, schema_editor: Any) -> None:
    """Write the code of each target without one whose words are those of an indicator."""
    codes = {
        (fold(name), fold(unit)): code
        for code, pairs in INDICATORS.items()
        for name, unit in pairs
    }
    targets = apps.get_model("commitments", "Target").objects
    found = []
    for target in targets.filter(indicator_code="", is_yes_no=False).iterator(BATCH_SIZE):
        target.indicator_code = codes.get((fold(target.indicator), fold(target.unit)), "")
        if target.indicator_code:
            found.append(target)
    targets.bulk_update(found, ["indicator_code"], batch_size=BATCH_SIZE)


class Migration(migrations.Migration):
    dependencies = [("commitments", "0016_results")]

    operations = [migrations.RunPython(write_codes, migrations.RunPython.noop)]
