package dev.polyserve.bench.contender;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/// Imitates `polyserve serve`: prints the ready line, and serves one client after another.
///
/// The options `--mute`, `--fail` and `--die-later` make it fail.
final class FakeServe {
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

    private static String value(List<String> words, String option) {
        return words.get(words.indexOf(option) + 1);
    }
}
