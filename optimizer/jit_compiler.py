"""How numba compiles our kernels: each by itself to plain LLVM code, and all that an entry reaches optimised once.

Numba by default optimises every function together with all that it calls, at every level of callers, and keeps each in
the cache: a kernel ten levels down is optimised ten times. Here a kernel called by kernels is a *draft*: typed and
lowered, neither optimised nor cached. What Python calls is an *entry*: it links the drafts of all that it reaches,
optimises them in one go, and is cached.

Nothing of numba is replaced for others: these are subclasses, given to our kernels alone. They lean on numba's inner
interfaces all the same, so `unmet_expectations` looks whether those are as they were when this was written. Where they
are not, `jit.py` compiles each kernel the plain way: slowly, with the same results.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from numba.core import compiler, dispatcher, typed_passes, types, untyped_passes
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_machinery import LoweringPass, PassManager, register_pass
from numba.core.registry import CPUDispatcher
from types import FunctionType

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What is leaned on: methods by their class, with the parameters that they are expected to have.
EXPECTED: dict[type, dict[str, tuple[str, ...]]] = {
    JITCodeLibrary: {
        "__init__": ("self", "codegen", "name"),
        "add_linking_library": ("self", "library"),
        "enable_object_caching": ("self",),
        "finalize": ("self",),
        "_optimize_functions": ("self", "ll_module"),
        "_optimize_final_module": ("self",),
    },
    compiler.CompilerBase: {"compile_extra": ("self", "func"), "define_pipelines": ("self",)},
    dispatcher._FunctionCompiler: {"_customize_flags": ("self", "flags")},
    CPUDispatcher: {
        "add_overload": ("self", "cres"),
        "compile": ("self", "sig"),
        "enable_caching": ("self",),
        "get_call_template": ("self", "args", "kws"),
        "typeof_pyval": ("self", "val"),
    },
}


class DraftLibrary(JITCodeLibrary):
    """The code of one kernel, without what it calls; not optimised, never run from here."""

    def finalize(self) -> None:
        """Declare the code complete: who links it also links what it calls."""
        self._raise_if_finalized()
        self._finalized = True


class EntryLibrary(JITCodeLibrary):
    """The code of one entry with all that it reaches, optimised together."""

    def finalize(self) -> None:
        """Link the drafts that are reached, directly or not, optimise, and make machine code."""
        self._linking_libraries = list(_reached(self))
        super().finalize()


def _reached(library: Any) -> dict[Any, None]:
    """Return the libraries that a library reaches through drafts, in the order in which they are first met."""
    reached: dict[Any, None] = {}
    waiting = list(reversed(library._linking_libraries))
    while waiting:
        next_ = waiting.pop()
        if next_ not in reached:
            reached[next_] = None
            if isinstance(next_, DraftLibrary):
                waiting.extend(reversed(next_._linking_libraries))
    return reached


class Flags(compiler.Flags):
    """Numba's flags, compared by what has been set.

    Numba looks up flags for every operator of every kernel, and compares all two dozen options each time: a third of
    the time that typing took.
    """

    def __hash__(self) -> int:
        return hash(tuple(self._values))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Flags) and self._values == other._values)


@register_pass(mutates_CFG=False, analysis_only=False)
class IntroduceDraft(LoweringPass):
    """Tell numba by which key callers find the code of a draft: there is no compiled function to serve as one."""

    _name = "introduce_draft"

    def __init__(self) -> None:
        LoweringPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Set the key where numba keeps the compiled function."""
        lowered = state["cr"]
        state["cr"] = lowered._replace(cfunc=Draft())
        state.targetctx.insert_user_function(state["cr"].cfunc, lowered.fndesc, [state.library])
        return True


class Draft:
    """Stands for the code of one draft, each only for its own."""


class KernelCompiler(compiler.CompilerBase):
    """The way from Python to LLVM code."""

    library_type: type[JITCodeLibrary]

    def compile_extra(self, func: FunctionType) -> Any:
        """Compile a function into a library of our type."""
        self.state.library = self.library_type(self.state.targetctx.codegen(), func.__qualname__)
        self.state.library.enable_object_caching()
        return super().compile_extra(func)

    def define_pipelines(self) -> list[PassManager]:
        """Return numba's passes but for those that look for what no kernel has."""
        passes = KernelPasses("kernel")
        for step in PASSES:
            passes.add_pass(step, step.__name__)
        if self.library_type is DraftLibrary:
            passes.add_pass_after(IntroduceDraft, typed_passes.NativeLowering)
        passes.finalize()
        return [passes]


class DraftCompiler(KernelCompiler):
    library_type = DraftLibrary


class EntryCompiler(KernelCompiler):
    library_type = EntryLibrary


class KernelPasses(PassManager):
    pass


PASSES = (
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
    typed_passes.IRLegalization,
    typed_passes.AnnotateTypes,
    typed_passes.NativeLowering,
    typed_passes.NoPythonBackend,
)


class Kernel(CPUDispatcher):
    """A kernel: a draft for the kernels that call it, an entry for Python.

    Parameters
    ----------
    function
        The kernel in Python.
    options
        Numba's options.
    """

    def __init__(self, function: FunctionType, options: Mapping[str, Any]) -> None:
        super().__init__(function, targetoptions=_targets(options), pipeline_class=DraftCompiler)
        self._compiler._customize_flags = _draft_flags
        self._options = options
        self._entry = None

    @property
    def entry(self) -> Any:
        """The kernel as Python calls it."""
        if self._entry is None:
            self._entry = _entry(self.py_func, self._options)
        return self._entry

    def __call__(self, *args: Any) -> Any:
        return self.entry(*args)

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Type a call with a constant as with any other number, so that a kernel has one signature."""
        return super().get_call_template(tuple(types.unliteral(arg) for arg in args), kws)

    def add_overload(self, cres: Any) -> None:
        """Keep what has been compiled, for callers to link; there is nothing to run."""
        self.overloads[tuple(cres.signature.args)] = cres


def _targets(options):
    return {**{key: value for key, value in options.items() if key != "cache"}, "nopython": True}


def _draft_flags(flags):
    flags = Flags(flags)
    flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
    return flags


def _entry_flags(flags):
    flags = Flags(flags)
    flags.no_cfunc_wrapper = True
    return flags


def _entry(function, options):
    twin = FunctionType(function.__code__, function.__globals__, f"{function.__name__}_entry")
    twin.__qualname__, twin.__module__ = f"{function.__qualname__}_entry", function.__module__
    entry = CPUDispatcher(twin, targetoptions=_targets(options), pipeline_class=EntryCompiler)
    entry._compiler._customize_flags = _entry_flags
    entry.enable_caching()
    return entry
