package dev.polyserve.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The JDK's class caches (JEP 514) for the servers under test, which halve the processor time of a start.
///
/// A build starts hundreds of servers. Each cache is created on first use. Without a cache, servers only start more
/// slowly.
///
/// **Thread**: any.
final class StartUpCache {
    private static final int TRAINING_SECONDS = 120;
    private static final Pattern READY = Pattern.compile("ready tcp://[^ ]*:(\\d+)");

    private StartUpCache() {}

    /// The jar of the tests, which starts [FaultServer]; absent unless a build has made it.
    ///
    /// A cache holds no classes from directories, and a JVM with the option `--add-opens` does not use all of a cache. So
    /// the manifest of the jar has the class path, and grants what a server needs.
    static Optional<String> jar() {
        return Optional.ofNullable(System.getProperty("polyserve.faults.jar"));
    }

    /// The options of a JVM that runs [FaultServer].
    static List<String> ofServers() {
        return Servers.OPTIONS;
    }

    private static Path directory() throws IOException {
        Path directory = Files.createTempDirectory("polyserve-faults");
        directory.toFile().deleteOnExit();
        return directory;
    }

    private static Path temporary(Path file) {
        file.toFile().deleteOnExit();
        return file;
    }

    private static final class Servers {
        /// The report of the memory crashes a JVM that records for a cache (JDK 25).
        private static final String NO_TRACKING = "-XX:NativeMemoryTracking=off";
        private static final List<String> OPTIONS = options();

        private static List<String> options() {
            if (jar().isEmpty()) {
                return List.of();
            }
            try {
                Path cache = temporary(directory().resolve("server.aot"));
                List<String> command = new ArrayList<>(
                        Settings.of(new Mode("epoll", Mode.Style.HANDLER)).with(TrainingRun.SETTING, true)
                                .command(List.of("-XX:AOTCacheOutput=" + cache, NO_TRACKING)));
                if (trained(command) && Files.exists(cache)) {
                    return List.of("-XX:AOTCache=" + cache);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            System.err.println("faults: a server starts without a cache of classes, which takes longer");
            return List.of();
        }

        /// Runs a server with the usual work; it writes the cache when it is terminated.
        private static boolean trained(List<String> command) throws IOException, InterruptedException {
            Process server = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try (Writer commands = server.outputWriter(StandardCharsets.UTF_8);
                    BufferedReader answers = server.inputReader(StandardCharsets.UTF_8)) {
                Matcher ready = READY.matcher(String.valueOf(answers.readLine()));
                if (!ready.matches()) {
                    return false;
                }
                try (Client client = Client.at(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(ready.group(1))))) {
                    client.converses();
                }
                for (String each : List.of("stats", "threads", "memory")) {
                    commands.write(each + "\n");
                    commands.flush();
                    answers.readLine();
                }
                server.destroy();
                return server.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS);
            } finally {
                server.destroyForcibly();
            }
        }
    }
}
