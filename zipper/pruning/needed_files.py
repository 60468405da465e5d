"""What of a package can run or be read: the closure of the checks, and all that may be added to it.

In: a subject whose handler's closure was walked. Out: `Kept`. Every request counts, whatever has to
happen for it to run. What cannot be followed keeps its package whole; then that package's files are
followed too, and what it may request by name stays. Nothing is decided about what goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import relative
from zipper.checks.constants import place_of
from zipper.checks.filesystem import TASK
from zipper.checks.module_resolution import Found
from zipper.checks.package_maps import split_name
from zipper.checks.pruned_record import RECORD
from zipper.npm.folder_path import find_package
from zipper.pruning.answers import Answers
from zipper.pruning.files_by_package import OWN, PackageFiles, is_mentioned, relative_to
from zipper.pruning.kept import KeepReason, Kept
from zipper.pruning.known_packages import find_row
from zipper.pruning.named_packages import NamedPackages
from zipper.pruning.read_facts import ReadFacts
from zipper.pruning.safe_classes import CODE, MENTIONS, is_notice
from zipper.pruning.settle import (
    find_libraries,
    find_manifests,
    judge_packages,
    keep_manifests,
)

if TYPE_CHECKING:
    from zipper.checks.closure import WalkStart
    from zipper.checks.file_facts import Facts
    from zipper.checks.subject import Subject
    from zipper.checks.walk import Module
    from zipper.pruning.file_reads import FileReads, Read
    from zipper.pruning.kept import PruneRules

__all__ = ["find_kept"]

_WAVE: Final = 256
_FOLLOWED: Final = frozenset({"request", "asset", "whole", "named", "library"})
"""Reasons that the code gives, and not the user or the table."""


def find_kept(subject: Subject, start: WalkStart, rules: PruneRules) -> Kept:
    """Return what stays of the zip of `subject`, whose handler's closure is `start`."""
    return _NeedSearch(subject, start, rules).run()


class _NeedSearch:
    def __init__(self, subject: Subject, start: WalkStart, rules: PruneRules) -> None:
        self.files = PackageFiles(subject)
        self.reasons: dict[str, KeepReason] = {}
        self.whole: dict[str, KeepReason] = {}
        self.assets: dict[str, KeepReason] = {}
        self._subject = subject
        self._start = start
        self._rules = rules
        self._answers = Answers(subject, start.walk)
        self._reads = ReadFacts(subject, start.walk)
        self._named = NamedPackages(subject, self.files)
        self._mentions: dict[str, set[str]] = {}
        self._classes_kept: dict[str, KeepReason] = {}
        if "enable-source-maps" in subject.node_options:
            self._classes_kept["maps"] = KeepReason("request", text="NODE_OPTIONS")
        self._sure: set[str] = set()
        self._tabled: set[str] = set()
        self._pending: list[str] = []
        self._seen: set[str] = set()

    def run(self) -> Kept:
        """Find what stays, until nothing is added any more."""
        self._keep_walked()
        self._keep_as_told()
        while True:
            while self._pending:
                wave = self._pending[-_WAVE:]
                del self._pending[-_WAVE:]
                for name, module, reads in self._reads.learn(wave):
                    self._look(name, module, reads)
            before = len(self.reasons), len(self.whole)
            self._apply_table()
            self._fill_whole()
            for name, reason in find_libraries(self._subject, self.reasons):
                self._keep(name, reason)
                self._sure.add(name)
            if not self._pending and before == (len(self.reasons), len(self.whole)):
                # Last: of what something else reaches, less stays than of what is only named.
                self._name_packages()
            if not self._pending and before == (len(self.reasons), len(self.whole)):
                break
        keep_manifests(self._answers.manifests(), self.files, self.reasons)
        self._keep_classes()
        removable = dict(self._find_removable())
        packages = judge_packages(self.files, self.reasons, self.whole, self.assets)
        sure = self._sure.intersection(self.reasons)
        return Kept(self.reasons, packages, removable, sure | find_manifests(sure, self.reasons))

    def _keep_walked(self) -> None:
        """Keep what the closure of the checks has reached."""
        self._keep(
            relative(self._start.path), KeepReason("handler", text=self._subject.handler or "")
        )
        for path, module in self._start.walk.modules.items():
            for asked in module.asked:
                if isinstance(asked.answer, Found) and asked.answer.kind == "file":
                    request = asked.request
                    reason = KeepReason("request", relative(path), request.line, request.specifier)
                    self._reach(relative(path), asked.answer.path, reason)
                    self._sure.add(relative(asked.answer.path))
        for path in self._start.walk.modules:
            self._keep(relative(path), KeepReason("request", text="NODE_OPTIONS"))
            self._sure.add(relative(path))

    def _keep_as_told(self) -> None:
        for entry in self._subject.files:
            name = entry.name
            pattern = self._rules.find_keep(name)
            if name == RECORD:
                self.reasons[name] = KeepReason("record", text="what pruning recorded of the zip")
            elif pattern is not None:
                self._keep(name, KeepReason("keep", text=pattern))
                self._sure.add(name)
            elif name in self._rules.opened:
                self._keep(name, KeepReason("trace", text="the trace has seen it opened"))
                self._sure.add(name)
            elif not find_package(name) and not self._rules.prunes_own:
                self.reasons.setdefault(name, KeepReason("own", text="a file of the project's own"))

    def _keep(self, name: str, reason: KeepReason) -> None:
        """Keep a file of the zip, and follow it where it is code."""
        if name not in self._subject.listing.by_name:
            return
        if reason.kind in _FOLLOWED and not self._is_walked(name) and self.files.is_foreign(name):
            return  # the target cannot load it, whatever requests it
        if self.reasons.get(name, reason).kind == "own":
            self.reasons[name] = reason
        self.reasons.setdefault(name, reason)
        if name not in self._seen and (name.endswith(CODE) or self._is_module(name)):
            self._seen.add(name)
            self._pending.append(name)

    def _is_walked(self, name: str) -> bool:
        return f"{TASK}/{name}" in self._start.walk.modules

    def _is_module(self, name: str) -> bool:
        module = self._start.walk.modules.get(f"{TASK}/{name}")
        return module is not None and module.kind in ("module", "commonjs", "unread")

    def _reach(self, asking: str, path: str, reason: KeepReason) -> None:
        """Keep what a request finds, and note who asks."""
        name = relative(path)
        self._named.note(find_package(asking), find_package(name))
        self._keep(name, reason)

    def _look(self, name: str, module: Module, reads: FileReads) -> None:
        """Follow all that one file requests and reads."""
        package = find_package(name)
        is_filled = self.reasons[name].kind == "whole"
        # What builds an addon names its sources; it is there, and nothing requests it.
        natives = MENTIONS["native-sources"] if is_filled else ()
        self._mentions.setdefault(package, set()).update(
            word for word in reads.mentions if word not in natives
        )
        if module.kind == "unread" or module.facts.is_partial:
            text = module.problem or "a file that is read in part"
            self._leave_whole(package, KeepReason("unproven", name, 1, text))
            self._named.add(package, "", KeepReason("unproven", name, 1, text))
        self._follow_requests(name, module.facts)
        for use in module.facts.uses:
            if use.kind in ("read", "worker"):
                self._read_asset(name, use.text, KeepReason("asset", name, use.line, use.text[1:]))
        for read in reads.reads:
            self._follow_read(name, read)

    def _follow_requests(self, name: str, facts: Facts) -> None:
        package = find_package(name)
        for request in facts.requests:
            reason = KeepReason("request", name, request.line, request.specifier)
            for path in self._answers.find(request.specifier, request.kind, name):
                self._reach(name, path, reason)
            parts = split_name(request.specifier)
            row = None if parts is None else find_row(self._rules.table, parts[0])
            if row is not None and row.finds_caller:
                text = f"`{request.specifier}` looks for files beside it"
                self._leave_whole(package, KeepReason("known", name, request.line, text))

    def _follow_read(self, name: str, read: Read) -> None:
        package = find_package(name)
        reason = KeepReason("unproven", name, read.line, read.expression)
        if read.kind == "asset":
            self._read_asset(name, read.text, KeepReason("asset", name, read.line, read.expression))
        elif read.kind == "request":
            for path in self._answers.find(read.text, "any", name):
                self._reach(name, path, reason._replace(kind="request", text=read.text))
        elif read.kind == "package":
            folder = self._answers.find_folder(read.text, name)
            is_own = folder == package and self._is_confined(package)
            if folder is not None and not is_own:
                self._leave_whole(folder, reason)
                self._named.note(package, folder)
        elif not self._is_confined(package):
            if read.kind == "open" or self._may_be_own(package, read.text):
                self._leave_whole(package, reason)
            if read.kind == "name" and not self._finds_caller(package):
                self._named.add(package, read.text, reason)

    def _may_be_own(self, folder: str, start: str) -> bool:
        """Return whether a request whose name begins with `start` may find the package itself."""
        name = self.files.names.get(folder, "")
        is_path = start[:1] in ("", ".", "/", "#") or start.startswith("file:")
        return is_path or name.startswith(start) or start.startswith(name)

    def _finds_caller(self, folder: str) -> bool:
        """Return whether what it requests by computed names is in the package that requests it."""
        row = find_row(self._rules.table, self.files.names.get(folder, ""))
        return row is not None and row.finds_caller and not row.names_packages

    def _is_confined(self, folder: str) -> bool:
        row = find_row(self._rules.table, self.files.names.get(folder, ""))
        return row is not None and row.is_confined

    def _read_asset(self, name: str, text: str, reason: KeepReason) -> None:
        """Keep the file or the folder that a path of constants names."""
        place = place_of(text, f"{TASK}/{name}", TASK) or text
        package, inner = find_package(name), relative(place).rstrip("/")
        if not place.startswith(f"{TASK}/"):
            if place == TASK or f"{TASK}/".startswith(f"{place}/"):
                self._leave_whole(package, reason._replace(kind="unproven"))
            return
        file = self._find_file(place)
        if file is not None:
            self._note_asset(name, file, reason)
            self._sure |= {file} if self._is_walked(name) else set()
        elif not self._answers.files.is_folder(place):
            for below in self._below(find_package(f"{inner}/x"), inner):
                self._note_asset(name, below, reason)
        elif not self._is_confined(package):  # else the row has what is read there
            self._read_folder(name, inner, reason)

    def _find_file(self, place: str) -> str | None:
        """Return the file that a path means, with the extension that `require` adds."""
        if self._answers.files.is_file(place):
            return relative(place).rstrip("/")
        found = None if self._answers.files.is_folder(place) else self._answers.load(place)
        return None if found is None else relative(found)

    def _read_folder(self, name: str, inner: str, reason: KeepReason) -> None:
        """Keep the files of a folder that a path of constants names."""
        folder = find_package(f"{inner}/x")
        if inner == folder or (folder and not inner.startswith(f"{folder}/")):
            self._leave_whole(folder, reason._replace(kind="unproven"))
        elif inner.endswith("node_modules"):
            self._leave_whole(find_package(name), reason._replace(kind="unproven"))
            self._named.add(find_package(name), "", reason)
        else:
            for below in self._below(folder, f"{inner}/"):
                self._note_asset(name, below, reason)

    def _below(self, folder: str, start: str) -> list[str]:
        """Return the files of a package whose names begin with `start`, those of no class."""
        return [
            name
            for name in self.files.folders.get(folder, ())
            if name.startswith(start) and self.files.find_class(name, is_whole=True) is None
        ]

    def _note_asset(self, asking: str, name: str, reason: KeepReason) -> None:
        self.assets.setdefault(find_package(name), reason)
        self._reach(asking, name, reason)

    def _leave_whole(self, folder: str, reason: KeepReason) -> None:
        self.whole.setdefault(folder, reason)

    def _apply_table(self) -> None:
        """Keep what the table says of the packages that are reached."""
        for folder in {find_package(name) for name in self.reasons} - self._tabled:
            self._tabled.add(folder)
            row = find_row(self._rules.table, self.files.names.get(folder, ""))
            if row is None:
                continue
            reason = KeepReason("known", text=f"{row.why} ({row.source}, {row.date})")
            for kind in row.classes:
                self._classes_kept.setdefault(kind, reason)
            for name in self.files.folders[folder]:
                if row.takes(relative_to(folder, name)):
                    self._keep(name, reason)
            for other, name in self.files.names.items():
                if row.takes_package(name):
                    self._leave_whole(other, reason)

    def _name_packages(self) -> None:
        """Keep what requests that cannot be followed may name."""
        for folder, reason in self._named.find():
            if self._is_reached(folder) or self._is_confined(folder):
                for path in self._answers.find_entries(folder):
                    self._reach(folder, path, reason._replace(kind="named"))
            else:
                self._leave_whole(folder, reason._replace(kind="named"))

    def _is_reached(self, folder: str) -> bool:
        return any(name in self.reasons for name in self.files.folders.get(folder, ()))

    def _fill_whole(self) -> None:
        """Keep every file of the packages that stay whole, but for the classes that can go."""
        for folder, reason in list(self.whole.items()):
            kept = reason._replace(kind="whole")
            for name in self.files.folders.get(folder, ()):
                if name not in self._seen and self._find_class(name) is None:
                    self._keep(name, kept)

    def _find_class(self, name: str) -> str | None:
        """Return the class by which a file that nothing reaches can go, or None."""
        folder = find_package(name)
        is_whole = folder in self.whole or folder == OWN
        kind = self.files.find_class(name, is_whole=is_whole)
        if kind is None or kind in self._classes_kept:
            return None
        mentions = self._mentions.get(folder, set()) if is_whole else set()
        return None if is_mentioned(relative_to(folder, name), kind, mentions) else kind

    def _keep_classes(self) -> None:
        """Keep the classes that something reads in all packages."""
        for name in (one for names in self.files.folders.values() for one in names):
            kind = self.files.find_class(name, is_whole=True) if self._classes_kept else None
            if kind in self._classes_kept:
                self.reasons.setdefault(name, self._classes_kept[kind])

    def _find_removable(self) -> list[tuple[str, str]]:
        found = []
        for names in self.files.folders.values():
            for name in names:
                kind = None if name in self.reasons or is_notice(name) else self._find_class(name)
                if kind is not None:
                    found.append((name, kind))
        return found
