"""How numba compiles our kernels: each by itself to plain LLVM code, and all that Python calls optimised once.

Numba by default optimises every function together with all that it calls, at every level of callers, and keeps each in
the cache: a kernel ten levels down is optimised ten times. Here a kernel that kernels call is a *draft*: typed and
translated, neither optimised nor cached. What Python calls is an *entry*: it links the drafts of all that it reaches,
optimises them together, and is cached.

Nothing of numba is replaced for others: these are subclasses, given to our kernels alone. They lean on numba's inner
interfaces all the same, so `unmet_expectations` looks whether those are as they were when this was written. Where they
are not, `kernels.py` compiles each kernel the plain way: slowly, with the same results.
"""

from __future__ import annotations

import inspect
from contextlib import suppress
from functools import cached_property, update_wrapper
from types import FunctionType
from typing import TYPE_CHECKING, Any

from llvmlite.binding import parse_assembly
from numba.core import caching, compiler, dispatcher, typed_passes, types, untyped_passes
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_machinery import LoweringPass, PassManager, register_pass
from numba.core.registry import CPUDispatcher
from numba.core.runtime import rtsys

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Numba's classes that are leaned on, and the parameters that their methods are expected to have.
EXPECTED_METHODS: dict[type, dict[str, tuple[str, ...]]] = {
    JITCodeLibrary: {
        "__init__": ("self", "codegen", "name"),
        "add_linking_library": ("self", "library"),
        "enable_object_caching": ("self",),
        "finalize": ("self",),
        "_raise_if_finalized": ("self",),
        "_get_module_for_linking": ("self",),
    },
    compiler.CompilerBase: {"compile_extra": ("self", "func"), "define_pipelines": ("self",)},
    dispatcher._FunctionCompiler: {"_customize_flags": ("self", "flags")},
    CPUDispatcher: {
        "__init__": ("self", "py_func", "locals", "targetoptions", "pipeline_class"),
        "add_overload": ("self", "cres"),
        "compile": ("self", "sig"),
        "get_call_template": ("self", "args", "kws"),
        "typeof_pyval": ("self", "val"),
    },
    caching.FunctionCache: {
        "__init__": ("self", "py_func"),
        "save_overload": ("self", "sig", "data"),
        "load_overload": ("self", "sig", "target_context"),
        "_load_overload": ("self", "sig", "target_context"),
        "_guard_against_spurious_io_errors": ("self",),
    },
    caching.CompileResultCacheImpl: {"reduce": ("self", "cres")},
    caching.UserProvidedCacheLocator: {"ensure_cache_path": ("self",)},
    PassManager: {"add_pass": ("self", "pss", "description"), "finalize": ("self",)},
}
#: What else is expected of it.
EXPECTED_FLAGS = ("no_compile", "no_cpython_wrapper", "no_cfunc_wrapper")
EXPECTED_RESULT = ("fndesc", "call_helper", "cfunc", "env")


def unmet_expectations() -> list[str]:
    """Return what numba has otherwise than expected, a line each; empty where kernels can be compiled our way."""
    unmet = []
    for owner, methods in EXPECTED_METHODS.items():
        for name, expected in methods.items():
            found = tuple(inspect.signature(getattr(owner, name)).parameters) if hasattr(owner, name) else None
            if found != expected:
                unmet.append(f"{owner.__name__}.{name} takes {found}, expected {expected}")
    unmet += [f"there is no flag {name}" for name in EXPECTED_FLAGS if name not in compiler.Flags.options]
    if compiler._LowerResult._fields != EXPECTED_RESULT:
        unmet.append(f"lowering gives {compiler._LowerResult._fields}, expected {EXPECTED_RESULT}")
    if not isinstance(getattr(compiler.Flags(), "_values", None), dict):
        unmet.append("flags do not keep what has been set in _values")
    if not (hasattr(caching.CacheImpl, "_locator_classes") and hasattr(caching.Cache, "_impl_class")):
        unmet.append("a cache does not name what finds its folder")
    return unmet


# --- what is linked -------------------------------------------------------------------------------------------------


class DraftLibrary(JITCodeLibrary):
    """The code of one kernel without what it calls; never run from here."""

    def finalize(self) -> None:
        """Declare the code complete: whoever links it also links what it calls."""
        self._raise_if_finalized()
        self._finalized = True


class EntryLibrary(JITCodeLibrary):
    """The code of one entry and of all that it reaches, optimised together."""

    def finalize(self) -> None:
        """Link what is reached, optimise, and make machine code."""
        self._linking_libraries = list(_reached(self))
        super().finalize()


def _reached(library: JITCodeLibrary) -> dict[JITCodeLibrary, None]:
    """Return what a library calls, directly or through drafts, in the order in which it is first met."""
    reached: dict[JITCodeLibrary, None] = {}
    waiting = list(reversed(library._linking_libraries))
    while waiting:
        callee = waiting.pop()
        if callee not in reached:
            reached[callee] = None
            if isinstance(callee, DraftLibrary):
                waiting.extend(reversed(callee._linking_libraries))
    return reached


# --- the way from Python to LLVM code -------------------------------------------------------------------------------


class KernelFlags(compiler.Flags):
    """Numba's flags, compared by what has been set.

    Numba looks up every operator of every kernel by its flags, and compares all their two dozen options each time.
    That was half of the time that typing took.
    """

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(tuple(self._values))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, KernelFlags) and self._values == other._values)


class _Draft:
    """The key by which callers find the code of one draft."""


@register_pass(mutates_CFG=False, analysis_only=False)
class IntroduceDraft(LoweringPass):
    """Give a draft its key: numba takes the compiled function for that, and here there is none."""

    _name = "introduce_draft"

    def __init__(self) -> None:
        LoweringPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Tell numba the key; say that the state has changed."""
        lowered = state["cr"]._replace(cfunc=_Draft())
        state.targetctx.insert_user_function(lowered.cfunc, lowered.fndesc, [state.library])
        state["cr"] = lowered
        return True


class EntryCompiler(compiler.CompilerBase):
    """Compiles what Python calls, by numba's passes but for those that look for what no kernel has.

    Left out are `with` blocks, closures, raising, inlined Python, literal unrolling, and expressions on whole arrays.
    """

    library_type: type[JITCodeLibrary] = EntryLibrary
    passes: tuple[type, ...] = (
        untyped_passes.TranslateByteCode,
        untyped_passes.FixupArgs,
        untyped_passes.IRProcessing,
        untyped_passes.RewriteSemanticConstants,
        untyped_passes.DeadBranchPrune,
        untyped_passes.GenericRewrites,
        untyped_passes.ReconstructSSA,
        untyped_passes.DeadBranchPrune,
        typed_passes.NopythonTypeInference,
        typed_passes.PreLowerStripPhis,
        typed_passes.NoPythonSupportedFeatureValidation,
        typed_passes.IRLegalization,
        typed_passes.AnnotateTypes,
        typed_passes.NativeLowering,
        typed_passes.NoPythonBackend,
    )

    def compile_extra(self, func: FunctionType) -> Any:
        """Compile a function into a library of our type."""
        self.state.library = self.library_type(self.state.targetctx.codegen(), func.__qualname__)
        self.state.library.enable_object_caching()
        return super().compile_extra(func)

    def define_pipelines(self) -> list[PassManager]:
        """Return the passes."""
        manager = PassManager("kernel")
        for one in self.passes:
            manager.add_pass(one, one.__name__)
        manager.finalize()
        return [manager]


class DraftCompiler(EntryCompiler):
    """Compiles what kernels call."""

    library_type = DraftLibrary
    passes = (*EntryCompiler.passes[:-1], IntroduceDraft, EntryCompiler.passes[-1])


# --- kernels --------------------------------------------------------------------------------------------------------


class Kernel:
    """A kernel: a draft for the kernels that call it, an entry for Python.

    Each is made when it is first asked for: of two hundred kernels Python calls a dozen, and where these come from the
    cache, nobody asks for a draft.

    Parameters
    ----------
    function
        The kernel in Python.
    options
        Numba's options.
    """

    def __init__(self, function: FunctionType, options: Mapping[str, Any]) -> None:
        update_wrapper(self, function)
        self.py_func = function
        self._options = {key: value for key, value in options.items() if key != "cache"} | {"nopython": True}

    @cached_property
    def draft(self) -> DraftDispatcher:
        """What kernels call."""
        draft = DraftDispatcher(self.py_func, targetoptions=self._options, pipeline_class=DraftCompiler)
        draft._compiler._customize_flags = _draft_flags
        return draft

    @cached_property
    def entry(self) -> CPUDispatcher:
        """What Python calls: a twin of the kernel, with a name of its own in the cache."""
        function, name = self.py_func, f"{self.py_func.__name__}_entry"
        twin = FunctionType(function.__code__, function.__globals__, name)
        twin.__qualname__, twin.__module__ = name, function.__module__
        entry = CPUDispatcher(twin, targetoptions=self._options, pipeline_class=EntryCompiler)
        entry._compiler._customize_flags = _entry_flags
        entry._cache = KernelCache(twin)
        return entry

    @property
    def entry_signatures(self) -> list[tuple[Any, ...]]:
        """The types of arguments for which there is an entry in this process."""
        return list(self.entry.signatures) if "entry" in vars(self) else []

    @property
    def _numba_type_(self) -> types.Dispatcher:
        """What numba takes the kernel for where another one names it."""
        return types.Dispatcher(self.draft)  # type: ignore[arg-type]  # numba's own word for it is another one

    def __call__(self, *args: Any) -> Any:
        """Run the entry."""
        return self.entry(*args)


class DraftDispatcher(CPUDispatcher):
    """Compiles a draft for each signature that a kernel calls."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Type a call with a constant as with any other number: a kernel has one signature, not one each."""
        return super().get_call_template(tuple(types.unliteral(arg) for arg in args), kws)

    def add_overload(self, cres: Any) -> None:
        """Keep a draft for its callers; numba's own also prepares it to be run, which it cannot be."""
        self.overloads[tuple(cres.signature.args)] = cres


def _draft_flags(flags: compiler.Flags) -> KernelFlags:
    return _with(flags, "no_compile", "no_cpython_wrapper", "no_cfunc_wrapper")


def _entry_flags(flags: compiler.Flags) -> KernelFlags:
    return _with(flags, "no_cfunc_wrapper")


def _with(flags: compiler.Flags, *names: str) -> KernelFlags:
    """Return the flags with some more set."""
    more = KernelFlags(flags)
    for name in names:
        setattr(more, name, True)
    return more


# --- what is kept ---------------------------------------------------------------------------------------------------


class KernelLocator(caching.UserProvidedCacheLocator):
    """The folder of the kernels, which may be there to be read only; numba by itself would look for another one."""

    def ensure_cache_path(self) -> None:
        """Make the folder, if that is possible."""
        with suppress(OSError):
            super().ensure_cache_path()


class KernelCacheFiles(caching.CompileResultCacheImpl):
    """The files of a kernel in the folder."""

    _locator_classes = (KernelLocator,)  # type: ignore[assignment]

    def reduce(self, cres: Any) -> Any:
        """Return what is kept of a compiled entry: its machine code, and of what a caller would link the names."""
        (name, kind, (machine_code, _)), *rest = super().reduce(cres)
        return ((name, kind, (machine_code, _names_alone(cres.library))), *rest)


def _names_alone(library: JITCodeLibrary) -> bytes:
    """Return LLVM code that defines each function of a library, as one that does nothing.

    What is loaded is asked which functions it has. To parse them in earnest took a sixth of the loading.
    """
    functions = (f'define void @"{function.name}"() {{ ret void }}' for function in library.get_defined_functions())
    code: bytes = parse_assembly("\n".join(functions)).as_bitcode()
    return code


class KernelCache(caching.FunctionCache):
    """The compiled entries of a kernel; where nothing can be written, a new one is not kept."""

    _impl_class = KernelCacheFiles

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return a compiled entry that is kept, `None` without one.

        Numba's own first gets ready to type and to translate whatever there may be, which takes longer than loading.
        What runs needs its memory alone.
        """
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled entry, if that is possible."""
        with suppress(OSError):
            super().save_overload(sig, data)
