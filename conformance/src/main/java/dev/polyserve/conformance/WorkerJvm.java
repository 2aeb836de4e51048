package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/// The JVM of worker processes in the contract: this process's Java and class path, with a class-data archive.
///
/// The archive more than halves the start time. The tests of one cell start hundreds of workers.
///
/// **Thread**: any.
final class WorkerJvm {
    private static final long TRAINING_SECONDS = 60;
    private static final List<String> FLAGS = List.of("-ea", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xmx256m",
            "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED");

    private WorkerJvm() {}

    /// The command that runs `program` with `arguments`.
    static List<String> running(Class<?> program, List<String> arguments) {
        List<String> command = new ArrayList<>(Prepared.COMMAND);
        command.add(program.getName());
        command.addAll(arguments);
        return command;
    }

    /// Loads the classes for the archive: runs a server with one client, then loads all classes of the project.
    static void main() throws Exception {
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            try (JarFile jar = new JarFile(element)) {
                load(jar);
            }
        }
        for (Model model : List.of(Model.epoll(), Model.virtual())) {
            try (ServerFixture fixture = ServerFixture.start(new Cell(Style.HANDLER, model, EndpointKind.TCP),
                    TestService.greeting());
                    TestClient client = fixture.connect()) {
                client.line();
                client.end();
                client.toTheEnd();
            }
        }
    }

    private static void load(JarFile jar) throws ClassNotFoundException {
        for (JarEntry entry : Collections.list(jar.entries())) {
            String name = entry.getName();
            if (name.startsWith("dev/polyserve/") && name.endsWith(".class")) {
                String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
                Class.forName(type, false, WorkerJvm.class.getClassLoader());
            }
        }
    }

    /// The command prefix of workers, made when the first worker starts.
    private static final class Prepared {
        private static final List<String> COMMAND = command();

        private static List<String> command() {
            try {
                Path directory = Files.createTempDirectory("polyserve-workers");
                directory.toFile().deleteOnExit();
                List<String> command = new ArrayList<>();
                command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
                command.addAll(FLAGS);
                // Workers select cells by the same properties.
                System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith("polyserve."))
                        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
                command.addAll(List.of("-cp", jars(directory)));
                Path cache = directory.resolve("classes.aot");
                cache.toFile().deleteOnExit();
                if (trained(command, cache, directory.resolve("training.log"))) {
                    command.add(1, "-XX:AOTCache=" + cache);
                }
                return List.copyOf(command);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// The class path with directories packed into archives, because a class-data archive allows none.
        private static String jars(Path directory) throws IOException {
            List<String> jars = new ArrayList<>();
            for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                Path path = Path.of(element);
                if (!element.isEmpty() && Files.isDirectory(path)) {
                    Path jar = directory.resolve(jars.size() + ".jar");
                    pack(path, jar);
                    jar.toFile().deleteOnExit();
                    jars.add(jar.toString());
                } else if (Files.isRegularFile(path)) {
                    jars.add(element);
                }
            }
            return String.join(File.pathSeparator, jars);
        }

        private static void pack(Path classes, Path jar) throws IOException {
            try (OutputStream file = Files.newOutputStream(jar);
                    JarOutputStream out = new JarOutputStream(file);
                    Stream<Path> all = Files.walk(classes)) {
                for (Path one : all.filter(Files::isRegularFile).toList()) {
                    out.putNextEntry(new JarEntry(classes.relativize(one).toString().replace(File.separatorChar, '/')));
                    Files.copy(one, out);
                }
            }
        }

        /// Whether the archive was made. Without it, workers only start more slowly.
        private static boolean trained(List<String> command, Path cache, Path log) throws IOException {
            log.toFile().deleteOnExit();
            List<String> training = new ArrayList<>(command);
            training.add(1, "-XX:AOTCacheOutput=" + cache);
            training.add(WorkerJvm.class.getName());
            Process process = new ProcessBuilder(training).redirectErrorStream(true).redirectOutput(log.toFile())
                    .start();
            try {
                if (process.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
                        && Files.exists(cache)) {
                    return true;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                process.destroyForcibly();
            }
            System.err.println("polyserve: worker processes start without a class-data archive; "
                    + Files.readString(log));
            return false;
        }
    }
}
