package dev.polyserve.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What a process holds and has used, as `/proc/PID` says (`proc(5)`).
///
/// **Thread**: any; it is a value.
///
/// @param processorSeconds the processor time of all its threads
/// @param threads how many threads it has
/// @param residentBytes its resident memory
/// @param readsAndWrites its calls of `read` and `write`, and those like them: not `recv` and `send`
record ProcessFigures(double processorSeconds, int threads, long residentBytes, long readsAndWrites) {
    /// A constant of the interface (`USER_HZ`).
    private static final double TICKS_PER_SECOND = 100;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int THREADS = 17;
    private static final int KIB = 1_024;

    /// The figures of a process now; empty when it has ended, or there is no `/proc`.
    static Optional<ProcessFigures> of(long pid) {
        Path directory = Path.of("/proc", Long.toString(pid));
        try {
            String stat = text(directory.resolve("stat"));
            // The name before it stands in parentheses, and may contain any character.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            double ticks = Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
            String io = text(directory.resolve("io"));
            return Optional.of(new ProcessFigures(ticks / TICKS_PER_SECOND, Integer.parseInt(fields[THREADS]),
                    field(text(directory.resolve("status")), "VmRSS:") * KIB,
                    field(io, "syscr:") + field(io, "syscw:")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// Whether a process has ended, though its parent may not know it yet.
    static boolean hasEnded(long pid) {
        try {
            String stat = text(Path.of("/proc", Long.toString(pid), "stat"));
            return "ZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) >= 0;
        } catch (IOException e) {
            return ProcessHandle.of(pid).isEmpty();
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /// The number after a name; 0 if the name is not there.
    private static long field(String text, String name) {
        return text.lines().filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split(" ", 2)[0]).mapToLong(Long::parseLong)
                .findFirst().orElse(0);
    }
}
