"""What opening a file may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The defaults are those of an installation that sets nothing.

    `open_seconds` is CPU time for opening the file and again for each page; the process that does it is ended after
    `wall_seconds`, whatever it waits for. `open_memory_mb` is the address space that it may take beyond that of its
    programs.
    """

    max_file_mb: int = 500
    max_pages: int = 2000
    max_page_megapixels: int = 200
    open_seconds: float = 60.0
    open_memory_mb: int = 1500

    @property
    def max_file_bytes(self) -> int:
        return self.max_file_mb * 1_000_000

    @property
    def max_page_pixels(self) -> int:
        return self.max_page_megapixels * 1_000_000

    @property
    def wall_seconds(self) -> float:
        """A machine that is busy with other things gets four times the CPU time, and a little to start."""
        return 4 * self.open_seconds + 5
