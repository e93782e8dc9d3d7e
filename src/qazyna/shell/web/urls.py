"""Every address there is. The way down: class, holding, entry, event, order."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from qazyna.shell.web.views import (
    cases,
    dashboard,
    events,
    exhibits,
    files,
    lab,
    law,
    ledger,
    log,
    manager,
    managers,
    prices,
    problems,
    proposals,
    searches,
    statement,
    venues,
)

urlpatterns = [
    path("health", files.health, name="health"),
    path("login", LoginView.as_view(template_name="pages/login.html"), name="login"),
    path("logout", LogoutView.as_view(next_page="login"), name="logout"),
    path("", dashboard.dashboard, name="dashboard"),
    path("statement", statement.any_day, name="statement"),
    path("classes/<str:klass>", dashboard.klass, name="class"),
    path("holdings/<path:account>/<str:asset>", ledger.holding, name="holding"),
    path("accounts/<path:account>", ledger.account, name="account"),
    path("journal", ledger.journal, name="journal"),
    path("entries/<int:number>", ledger.entry, name="entry"),
    path("events/<int:seq>", events.event, name="event"),
    path("events/<path:stream>/<int:version>", events.of_stream, name="event-of-stream"),
    path("documents/<str:digest>", events.document, name="document"),
    path("exhibits/<str:digest>.zip", exhibits.bundle, name="exhibit"),
    path("cases", cases.listing, name="cases"),
    path("cases/<path:case>", cases.case, name="case"),
    path("custody/<str:title>/<str:asset>", cases.custody, name="custody"),
    path("managers", managers.listing, name="managers"),
    path("managers/<str:code>", manager.manager, name="manager"),
    path("calendar", managers.calendar, name="calendar"),
    path("searches", searches.listing, name="searches"),
    path("searches/<str:name>", searches.search, name="search"),
    path("searches/<str:name>/decision.json", searches.decision, name="decision"),
    path("venues", venues.listing, name="venues"),
    path("prices/<str:asset>", prices.series, name="prices"),
    path("blueprint", law.blueprint, name="blueprint"),
    path("lab", lab.comparison, name="lab"),
    path("lab/<str:name>", lab.model, name="lab-model"),
    path("proposals", proposals.inbox, name="proposals"),
    path("proposals/<str:name>", proposals.proposal, name="proposal"),
    path("proposals/<str:name>/approve", proposals.approve, name="approve"),
    path("proposals/<str:name>/reject", proposals.reject, name="reject"),
    path("log", log.page, name="log"),
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/keys", log.keys, name="log-keys"),
    path("log/tile/<path:path>", log.tile, name="log-tile"),
    path("log/proof/<int:position>", log.proof, name="log-proof"),
    path("log/proof/<int:position>.json", log.proof_document, name="log-proof-document"),
    path("charts/<str:name>.svg", files.chart, name="chart"),
    path("assets/charts-<str:digest>.js", files.chart_script, name="chart-script"),
]

handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.broken
