from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0003_move_questions_and_stoppers")]

    operations = [
        migrations.RemoveConstraint(
            model_name='category',
            name='category_questions_have_a_version',
        ),
        migrations.RemoveField(
            model_name='category',
            name='is_photo_required',
        ),
        migrations.RemoveField(
            model_name='category',
            name='questions',
        ),
        migrations.RemoveField(
            model_name='category',
            name='questions_version',
        ),
        migrations.RemoveField(
            model_name='category',
            name='stopper_en',
        ),
        migrations.RemoveField(
            model_name='category',
            name='stopper_zh',
        ),
        migrations.AddConstraint(
            model_name='category',
            constraint=models.CheckConstraint(condition=models.Q(('photo_rule__in', ['none', 'optional', 'required'])), name='category_photo_rule_known'),
        ),
    ]
