"""Django's settings: one application, PostgreSQL, server-rendered pages, nothing from outside."""

import os
from pathlib import Path

from qazyna.shell.store.schema import django_database

_HERE = Path(__file__).parent

DEBUG = False
SECRET_KEY = os.environ.get("QAZYNA_SECRET_KEY", "") or "only-for-commands-that-serve-nothing"
ALLOWED_HOSTS = os.environ.get("QAZYNA_HOSTS", "127.0.0.1 localhost [::1]").split()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "qazyna.shell.store.apps.StoreConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "qazyna.shell.web.urls"
WSGI_APPLICATION = "qazyna.shell.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
        },
    }
]

_URL = os.environ.get("QAZYNA_DATABASE", "")
DATABASES = {
    # A connection is kept, and looked at once a request: the database may have been started anew.
    "default": {
        **django_database(_URL),
        "ENGINE": "qazyna.shell.web.database",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
    if _URL
    else {"ENGINE": "django.db.backends.dummy"}
}

STATIC_URL = "/static/"
STATICFILES_DIRS = [_HERE / "web" / "static"]
WHITENOISE_USE_FINDERS = True
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
