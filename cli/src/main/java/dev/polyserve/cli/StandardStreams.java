package dev.polyserve.cli;

import dev.polyserve.cli.text.PrintableStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The three standard streams of one run.
///
/// @param in the input
/// @param out the output of the command
/// @param err everything else
record StandardStreams(InputStream in, PrintStream out, PrintStream err) {
    private static final Path OUTPUT = Path.of("/proc/self/fd/1");

    /// True when standard input and output are both a terminal.
    boolean isTerminal() {
        Console console = in.equals(System.in) ? System.console() : null;
        return console != null && console.isTerminal();
    }

    /// Standard output for data of a peer: unchanged in a pipe or a file, without control characters on a terminal.
    PrintStream outOfPeer() {
        return outIsTerminal() ? new PrintStream(new PrintableStream(out), false, StandardCharsets.UTF_8) : out;
    }

    /// The JDK reports input and output together; on Linux, /proc tells them apart.
    private boolean outIsTerminal() {
        if (!out.equals(System.out)) {
            return false;
        }
        try {
            String device = Files.readSymbolicLink(OUTPUT).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException e) {
            return isTerminal(); // not Linux
        }
    }
}
