"""The desk in the admin: two queues, all reports, all tickets, what was decided and what is stuck."""

from moderation.admin.records import DecisionAdmin, ParkedEventAdmin
from moderation.admin.reports import HeldAdmin, ReportAdmin, TriageAdmin
from moderation.admin.tickets import TicketAdmin

__all__ = ["DecisionAdmin", "HeldAdmin", "ParkedEventAdmin", "ReportAdmin", "TicketAdmin", "TriageAdmin"]
