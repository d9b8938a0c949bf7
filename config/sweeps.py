"""What runs by the clock: the sweeps that find, at the latest, what a lost wake-up left."""

from typing import Any

from celery.schedules import crontab

from config import environment as env

SEAL_EVERY_S = env.number("SEAL_EVERY_S", 60)
PROJECT_EVERY_S = env.number("PROJECT_EVERY_S", 30)
SCHEDULE: dict[str, dict[str, Any]] = {
    "heartbeat": {"task": "config.tasks.heartbeat", "schedule": 5.0, "options": {"expires": 60}},
    "relay": {"task": "reports.tasks.relay", "schedule": 2.0, "options": {"expires": 2}},
    "live": {"task": "reports.tasks.announce", "schedule": 5.0, "options": {"expires": 5}},
    "photos": {"task": "reports.tasks.draw_photos", "schedule": 20.0, "options": {"expires": 20}},
    "photos-past": {"task": "reports.tasks.forget_photos", "schedule": 3600.0},
    "webhooks": {"task": "webhooks.tasks.deliver_due", "schedule": 1.0, "options": {"expires": 1}},
    "news": {"task": "notifications.tasks.spread_news", "schedule": 2.0, "options": {"expires": 2}},
    "copies": {"task": "notifications.tasks.send_copies", "schedule": 2.0, "options": {"expires": 2}},
    "survey": {"task": "notifications.tasks.ask_whether_solved", "schedule": 3600.0},
    "inbox-tidy": {"task": "notifications.tasks.forget_old_news", "schedule": 3600.0},
    "answers": {"task": "reports.tasks.forget_answers", "schedule": 3600.0},
    "sandbox": {"task": "tickets.tasks.live_sandbox", "schedule": 5.0, "options": {"expires": 5}},
    "sandbox-purge": {"task": "reports.tasks.purge_sandbox", "schedule": 3600.0},
    "log-cut": {"task": "reports.tasks.cut_log", "schedule": 600.0, "options": {"expires": 600}},
    "sessions": {"task": "accounts.tasks.forget_sessions", "schedule": 24 * 3600.0},
    "exports": {"task": "governance.tasks.sweep_exports", "schedule": 60.0, "options": {"expires": 60}},
    "seals": {
        "task": "governance.tasks.seal_events",
        "schedule": float(SEAL_EVERY_S),
        "options": {"expires": SEAL_EVERY_S},
    },
    "lake": {
        "task": "analytics.tasks.project",
        "schedule": float(PROJECT_EVERY_S),
        "options": {"expires": PROJECT_EVERY_S},
    },
    # At night where the city is: half past two in China.
    "times": {"task": "reports.tasks.measure_times", "schedule": crontab(hour="18", minute="30")},
    "lake-tidy": {"task": "analytics.tasks.tidy", "schedule": 3600.0},
    "lake-rebuild": {"task": "analytics.tasks.rebuild_if_due", "schedule": 24 * 3600.0},
}
