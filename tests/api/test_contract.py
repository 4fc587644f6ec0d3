"""The OpenAPI document and the server say the same, whatever is sent: schemathesis over every operation.

`PAIGONG_CASES` says how many requests are made over all operations: 300 by default, at least 2000 before a release.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice, zip_longest
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validator_for
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.openapi import checks as _failures  # noqa: F401  (registers nothing; names below come from specs)
from schemathesis.specs.openapi import checks

from api import upload
from api.errors import MEDIA_TYPE
from api.fault_texts import FAULT_TEXTS
from api.main import create_app
from api.openapi import example_branch
from api.settings import Settings
from api.store.engine import Store
from api.webhooks import AddressGuard
from tests.api.conftest import PATIENCE_S, ROOT, Server
