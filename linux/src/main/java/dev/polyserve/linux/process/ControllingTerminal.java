package dev.polyserve.linux.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// The terminal that this process was started at, if there was one, and whether it has been closed.
///
/// ```
///   OPEN ──a look finds none──▶ CLOSED, at that time
/// ```
///
/// The kernel takes the terminal away from every process of its session, then sends HUP to the session's leader; a shell sends it
/// on to its jobs (credentials(7), setsid(2)). So a HUP from a terminal that is closed comes shortly after the loss, and
/// [#look] has to be called every second for the time of the loss to be known.
///
/// **Thread**: any.
public final class ControllingTerminal {
    /// How long after the loss a HUP still comes from it, on a loaded machine too.
    private static final long SHORTLY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Path STAT = Path.of("/proc/self/stat");
    /// state ppid pgrp session tty_nr tpgid …, after the name (proc_pid_stat(5)).
    private static final int GROUP = 2;
    private static final int TERMINAL = 4;
    private static final int FOREGROUND_GROUP = 5;
    private static final String[] UNKNOWN = {"?", "0", "0", "0", "0", "0"};

    private final BooleanSupplier isThere;
    private final LongSupplier clockNanos;
    private boolean open;
    private boolean closed;
    private long closedNanos;

    ControllingTerminal(BooleanSupplier isThere, LongSupplier clockNanos) {
        this.isThere = isThere;
        this.clockNanos = clockNanos;
        this.open = isThere.getAsBoolean();
    }

    /// This process's, as it is now.
    public static ControllingTerminal ofThisProcess() {
        return new ControllingTerminal(ControllingTerminal::isAttached, System::nanoTime);
    }

    private static boolean isAttached() {
        return !stat()[TERMINAL].equals("0");
    }

    /// Whether this process is a job in the background of a terminal, from which it may not read now.
    public static boolean isInBackground() {
        String[] stat = stat();
        return !stat[TERMINAL].equals("0") && !stat[FOREGROUND_GROUP].equals(stat[GROUP]);
    }

    /// What the system tells of this process, after its name.
    private static String[] stat() {
        try {
            String stat = Files.readString(STAT, StandardCharsets.ISO_8859_1);
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ", FOREGROUND_GROUP + 2);
        } catch (IOException _) {
            // A system without /proc: the terminal is not known.
            return UNKNOWN;
        }
    }

    /// Whether it has not been closed.
    public synchronized boolean isOpen() {
        return open;
    }

    /// Notices when it was closed.
    public synchronized void look() {
        if (open && !isThere.getAsBoolean()) {
            open = false;
            closed = true;
            closedNanos = clockNanos.getAsLong();
        }
    }

    /// Whether it was closed just now: a HUP that comes now comes from it.
    public synchronized boolean wasJustClosed() {
        look();
        return closed && clockNanos.getAsLong() - closedNanos < SHORTLY_NANOS;
    }
}
