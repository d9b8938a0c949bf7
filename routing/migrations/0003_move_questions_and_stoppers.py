from django.db import migrations


def forwards(apps, schema_editor):
    """Questions become their first known version, stopper messages stoppers, the flag for photos a rule."""
    Category, QuestionSet, Stopper = models_of(apps)
    Category.objects.filter(is_photo_required=True).update(photo_rule="required")
    QuestionSet.objects.bulk_create(
        QuestionSet(category=category, version=category.questions_version, schema=category.questions)
        for category in Category.objects.filter(questions_version__gte=1)
    )
    Stopper.objects.bulk_create(
        Stopper(
            code=f"{category.code}-notice",
            category=category,
            text_zh=category.stopper_zh or category.stopper_en,
            text_en=category.stopper_en or category.stopper_zh,
        )
        for category in Category.objects.all()
        if category.stopper_zh or category.stopper_en
    )


def backwards(apps, schema_editor):
    """A category keeps its newest questions and one plain stopper; what it cannot hold is dropped."""
    Category, QuestionSet, Stopper = models_of(apps)
    Category.objects.filter(photo_rule="required").update(is_photo_required=True)
    for newest in QuestionSet.objects.select_related("category").order_by("version"):
        Category.objects.filter(pk=newest.category_id).update(
            questions=newest.schema, questions_version=newest.version
        )
    plain = Stopper.objects.filter(category__isnull=False, area=None, calendar=None, condition={})
    for stopper in plain.order_by("-code"):
        Category.objects.filter(pk=stopper.category_id).update(
            stopper_zh=stopper.text_zh, stopper_en=stopper.text_en
        )
    Stopper.objects.all().delete()
    QuestionSet.objects.all().delete()


def models_of(apps):
    return (apps.get_model("routing", name) for name in ("Category", "QuestionSet", "Stopper"))


class Migration(migrations.Migration):
    dependencies = [("routing", "0002_catalogue")]

    operations = [migrations.RunPython(forwards, backwards)]
