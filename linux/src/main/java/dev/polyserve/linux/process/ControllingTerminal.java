package dev.polyserve.linux.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// The terminal at which this process was started, if there was one, and whether it has been closed.
///
/// ```
///   OPEN ──look finds no terminal──▶ CLOSED, at that time
/// ```
///
/// The kernel removes the terminal from every process of its session, then sends HUP to the session's leader; a shell
/// forwards it to its jobs (credentials(7), setsid(2)). A terminal emulator may send HUP itself and close the terminal
/// afterwards. So a HUP that is due to a closed terminal comes shortly after the loss or shortly before it. [#look] must
/// be called every second for both times to be known.
///
/// **Thread**: any.
public final class ControllingTerminal {
    /// The longest time between the loss and its HUP, in either order, on a loaded machine too.
    private static final long SHORTLY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Path STAT = Path.of("/proc/self/stat");
    /// The fields after the name: state ppid pgrp session tty_nr tpgid … (proc_pid_stat(5)).
    private static final int GROUP = 2;
    private static final int TERMINAL = 4;
    private static final int FOREGROUND_GROUP = 5;
    private static final String[] UNKNOWN = {"?", "0", "0", "0", "0", "0"};

    private final BooleanSupplier isThere;
    private final LongSupplier clockNanos;
    private boolean open;
    private boolean closed;
    private long closedNanos;
    private boolean hungUp;
    private long hungUpNanos;

    ControllingTerminal(BooleanSupplier isThere, LongSupplier clockNanos) {
        this.isThere = isThere;
        this.clockNanos = clockNanos;
        this.open = isThere.getAsBoolean();
    }

    public static ControllingTerminal ofThisProcess() {
        return new ControllingTerminal(ControllingTerminal::isAttached, System::nanoTime);
    }

    private static boolean isAttached() {
        return !stat()[TERMINAL].equals("0");
    }

    /// True when this process is a background job of a terminal, and so may not read from it now.
    public static boolean isInBackground() {
        String[] stat = stat();
        return !stat[TERMINAL].equals("0") && !stat[FOREGROUND_GROUP].equals(stat[GROUP]);
    }

    /// The fields of this process's `/proc/self/stat` after its name.
    private static String[] stat() {
        try {
            String stat = Files.readString(STAT, StandardCharsets.ISO_8859_1);
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ", FOREGROUND_GROUP + 2);
        } catch (IOException _) {
            // A system without /proc: the terminal is unknown.
            return UNKNOWN;
        }
    }

    /// True while the terminal has not been closed.
    public synchronized boolean isOpen() {
        return open;
    }

    /// Checks whether the terminal was closed.
    ///
    /// @return true once, when it is found closed shortly after a HUP: that HUP was due to it
    public synchronized boolean look() {
        if (!open || isThere.getAsBoolean()) {
            return false;
        }
        open = false;
        closed = true;
        closedNanos = clockNanos.getAsLong();
        return hungUp && closedNanos - hungUpNanos < SHORTLY_NANOS;
    }

    /// Notes that a HUP has arrived.
    ///
    /// @return true when the terminal was closed just now: the HUP is due to that
    public synchronized boolean hangup() {
        boolean lost = look();
        hungUp = true;
        hungUpNanos = clockNanos.getAsLong();
        return lost || (closed && hungUpNanos - closedNanos < SHORTLY_NANOS);
    }
}
