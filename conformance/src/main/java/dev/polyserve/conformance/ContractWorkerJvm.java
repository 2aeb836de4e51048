package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The JVM of worker processes in the contract: this process's Java and class path, with a class-data archive.
///
/// The archive more than halves the start time. The tests of one cell start hundreds of workers. A JVM with the option
/// `--add-opens` does not use all of an archive, so the manifest of a jar without classes grants that, and has the class
/// path.
///
/// **Thread**: any.
final class ContractWorkerJvm {
    private static final long TRAINING_SECONDS = 60;
    /// For a short life: only what runs often is compiled, and reflection generates no code.
    private static final List<String> FLAGS = List.of("-ea", "-XX:TieredStopAtLevel=1", "-XX:CompileThresholdScaling=5",
            "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx256m", "-Djdk.reflect.useNativeAccessorOnly=true");
    private static final String TRAINING = "--train";

    private ContractWorkerJvm() {}

    /// The command that runs [ContractWorkerMain] with `arguments`.
    static List<String> replaying(List<String> arguments) {
        List<String> command = new ArrayList<>(Prepared.COMMAND);
        command.addAll(arguments);
        return command;
    }

    /// Runs a test again, or trains the archive.
    static void main(String[] arguments) throws Exception {
        if (arguments[0].equals(TRAINING)) {
            train(arguments[1], List.of(arguments).subList(2, arguments.length));
        } else {
            ContractWorkerMain.main(arguments);
        }
    }

    /// Loads the classes for the archive: all classes of the project in these jars, those with which a worker finds its test,
    /// and those of a server with a client.
    private static void train(String test, List<String> jars) throws Exception {
        for (String file : jars) {
            try (JarFile jar = new JarFile(file)) {
                load(jar);
            }
        }
        ContractWorkerMain.describeServer(test);
        for (ContractCell cell : List.of(new ContractCell(HandlerStyle.HANDLER, Model.epoll(), EndpointKind.TCP),
                new ContractCell(HandlerStyle.HANDLER, Model.virtual(), EndpointKind.TLS))) {
            try (ServerFixture fixture = ServerFixture.start(cell, TestService.greeting());
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
                Class.forName(type, false, ContractWorkerJvm.class.getClassLoader());
            }
        }
    }

    /// The command prefix of workers, made when the first worker starts.
    private static final class Prepared {
        private static final String CLASS_PATH = System.getProperty("java.class.path");
        private static final String JAR = "workers.jar";
        private static final String CACHE = "classes.aot";
        private static final List<String> COMMAND = command();

        private static List<String> command() {
            try {
                ContractWorkerFiles files = ContractWorkerFiles.made(CLASS_PATH, Prepared::make);
                List<String> command = withoutArchive(files);
                Path cache = files.file(CACHE);
                if (Files.exists(cache)) {
                    command.add(1, "-XX:AOTCache=" + cache);
                }
                return List.copyOf(command);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static List<String> withoutArchive(ContractWorkerFiles files) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(FLAGS);
            // Workers select cells by the same properties.
            System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith("polyserve."))
                    .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
            command.addAll(List.of("-jar", files.file(JAR).toString()));
            return command;
        }

        private static boolean make(ContractWorkerFiles files) throws IOException {
            List<Path> jars = jars(files);
            makeGranting(jars, files.file(JAR), files.directory());
            if (trained(withoutArchive(files), jars, files.file(CACHE), files.file("training.log"))) {
                return true;
            }
            Files.deleteIfExists(files.file(CACHE));
            return false;
        }

        private static String url(Path relative) {
            try {
                return new URI(null, null, relative.toString().replace(File.separatorChar, '/'), null).toASCIIString();
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }

        /// The class path with directories packed into archives, because a class-data archive allows none.
        private static List<Path> jars(ContractWorkerFiles files) throws IOException {
            List<Path> jars = new ArrayList<>();
            for (String element : CLASS_PATH.split(File.pathSeparator, -1)) {
                Path path = Path.of(element);
                if (!element.isEmpty() && Files.isDirectory(path)) {
                    Path jar = files.file(jars.size() + ".jar");
                    pack(path, jar);
                    jars.add(jar);
                } else if (Files.isRegularFile(path)) {
                    jars.add(path);
                }
            }
            return jars;
        }

        /// Makes a jar whose manifest has the class path and what a server may do.
        private static void makeGranting(List<Path> jars, Path jar, Path directory) throws IOException {
            Manifest manifest = new Manifest();
            Attributes attributes = manifest.getMainAttributes();
            attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
            attributes.put(Attributes.Name.MAIN_CLASS, ContractWorkerJvm.class.getName());
            Path from = directory.toAbsolutePath();
            attributes.put(Attributes.Name.CLASS_PATH, jars.stream()
                    .map(each -> url(from.relativize(each.toAbsolutePath()))).collect(Collectors.joining(" ")));
            attributes.put(new Attributes.Name("Add-Opens"), "java.base/java.lang");
            attributes.put(new Attributes.Name("Enable-Native-Access"), "ALL-UNNAMED");
            try (OutputStream file = Files.newOutputStream(jar)) {
                new JarOutputStream(file, manifest).close();
            }
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
        private static boolean trained(List<String> command, List<Path> jars, Path cache, Path log)
                throws IOException {
            List<String> training = new ArrayList<>(command);
            training.add(1, "-XX:AOTCacheOutput=" + cache);
            training.addAll(List.of(TRAINING, ContractWorkerMain.test()));
            jars.forEach(jar -> training.add(jar.toString()));
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
