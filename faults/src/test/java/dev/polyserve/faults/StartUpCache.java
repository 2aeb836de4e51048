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
    private static final int TRAINING_SECONDS = 60;
    private static final Pattern READY = Pattern.compile("ready tcp://[^ ]*:(\\d+)");

    private StartUpCache() {}

    /// The class path entry of the tests: the jar if the build has made one, because a cache holds no classes from
    /// directories.
    static String testClasses() {
        return Optional.ofNullable(System.getProperty("polyserve.faults.jar"))
                .orElseGet(() -> Settings.origin(FaultServer.class));
    }

    /// The options of a JVM that runs [FaultServer].
    static List<String> ofServers() {
        return Servers.OPTIONS;
    }

    /// The options of a JVM that runs the packaged program.
    static List<String> ofTheProgram() {
        return TheProgram.OPTIONS;
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

    private static void sayThatThereIsNone(String of) {
        System.err.println("faults: " + of + " starts without a cache of classes, which takes longer");
    }

    private static final class Servers {
        private static final List<String> OPTIONS = options();

        private static List<String> options() {
            if (!Files.isRegularFile(Path.of(testClasses()))) {
                return List.of();
            }
            try {
                Path cache = temporary(directory().resolve("server.aot"));
                List<String> command = new ArrayList<>(
                        Settings.of(new Mode("epoll", Mode.Style.HANDLER))
                                .command(List.of("-XX:AOTCacheOutput=" + cache)));
                if (trained(command) && Files.exists(cache)) {
                    return List.of("-XX:AOTCache=" + cache);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            sayThatThereIsNone("a server");
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
                for (String each : List.of("stats", "threads")) {
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

    /// Created in the same way as by the launcher.
    private static final class TheProgram {
        private static final List<String> OPTIONS = options();

        private static List<String> options() {
            Path jar = CommandLine.requiredJar();
            Path script = Path.of(System.getProperty("basedir", "."), "..", "build", "train-aot.sh").toAbsolutePath();
            try {
                Path directory = directory();
                Path cache = temporary(directory.resolve("program.aot"));
                Path workers = temporary(directory.resolve("worker.aot"));
                Process training = new ProcessBuilder("bash", script.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), jar.toString(),
                        cache.toString(), workers.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(temporary(directory.resolve("training.log")).toFile()).start();
                if (training.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS) && Files.exists(cache)
                        && Files.exists(workers)) {
                    return List.of("-XX:AOTCache=" + cache, "-Dpolyserve.worker.cache=" + workers, "-Xlog:aot*=off",
                            "-Xlog:cds*=off");
                }
                training.destroyForcibly();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            sayThatThereIsNone("the program");
            return List.of();
        }
    }
}
