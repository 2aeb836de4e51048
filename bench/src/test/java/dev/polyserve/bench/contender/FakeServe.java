package dev.polyserve.bench.contender;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Imitates `polyserve serve`: prints the ready line, and serves one client after another.
///
/// The options `--mute`, `--fail` and `--die-later` make it fail. With `--late-end FILE` it ends late, and then makes a file.
final class FakeServe {
    /// Longer than a program has that does not record.
    private static final Duration END = Duration.ofMillis(2500);

    private FakeServe() {}

    /// The program with this as its only command.
    static PolyserveProgram program() {
        return new PolyserveProgram(
                List.of(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1", "-cp",
                        System.getProperty("java.class.path"), FakeServe.class.getName()));
    }

    public static void main(String[] args) throws IOException {
        List<String> words = List.of(args);
        if (words.contains("--fail")) {
            System.err.println("the model " + value(words, "--model") + " cannot run here");
            System.exit(2);
        }
        if (words.contains("--late-end")) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> endLate(Path.of(value(words, "--late-end")))));
        }
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println("words: " + String.join(" ", words));
            if (!words.contains("--mute")) {
                System.out.println("polyserve: serving " + value(words, "--handler") + " on tcp://127.0.0.1:"
                        + listener.getLocalPort() + " with " + value(words, "--model") + " (pid "
                        + ProcessHandle.current().pid() + ")");
            }
            while (true) {
                listener.accept().close();
                if (words.contains("--die-later")) {
                    System.err.println("out of luck");
                    Runtime.getRuntime().halt(7);
                }
            }
        }
    }

    private static void endLate(Path file) {
        long until = System.nanoTime() + END.toNanos();
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String value(List<String> words, String option) {
        return words.get(words.indexOf(option) + 1);
    }
}
