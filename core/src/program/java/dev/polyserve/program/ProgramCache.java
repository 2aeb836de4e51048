package dev.polyserve.program;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/// The JDK's cache of classes (JEP 514) for the programs of a module's tests, which more than halves the processor time of a start.
///
/// The test processes of a build share one. A cache holds no classes from directories, so these are packed into jars. And a JVM with
/// the option `--add-opens` does not use all of a cache, so the manifest of a jar without classes grants that, and has the class
/// path. Without a cache, programs only start more slowly.
///
/// **Thread**: any.
final class ProgramCache {
    private static final int TRAINING_SECONDS = 120;
    private static final String CACHE = "-XX:AOTCache=";

    private ProgramCache() {}

    /// The options of a JVM that runs [ProgramMain] from the cache. There are none outside of a build, and in a quick one, which has
    /// too few starts to make up for the cache.
    static Optional<List<String>> options() {
        return Prepared.OPTIONS;
    }

    private static final class Prepared {
        private static final Optional<List<String>> OPTIONS = prepare();

        private static Optional<List<String>> prepare() {
            String build = System.getProperty("polyserve.build.start", "");
            if (build.isEmpty() || System.getProperty("polyserve.tests", "").equals("quick")) {
                return Optional.empty();
            }
            Path directory = Path.of(System.getProperty("basedir", "."), "target", "programs").toAbsolutePath();
            try {
                Files.createDirectories(directory);
                // Other test processes of the build wait here for the same cache.
                try (FileChannel channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE); FileLock _ = channel.lock()) {
                    return made(directory, build + " " + System.getProperty("java.class.path"));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the cache of classes in " + directory + " cannot be written", e);
            }
        }

        private static Optional<List<String>> made(Path directory, String what) throws IOException {
            Path cache = directory.resolve("programs.aot");
            Path jar = directory.resolve("programs.jar");
            Path note = directory.resolve("made-for");
            if (!Files.exists(note) || !Files.readString(note).equals(what)) {
                Files.deleteIfExists(note);
                Files.deleteIfExists(cache);
                List<Path> packed = granting(jar, directory);
                if (!trained(cache, jar, packed)) {
                    System.err.println("polyserve: the programs of tests start without a cache of classes; see "
                            + directory);
                    return Optional.empty();
                }
                Files.writeString(note, what);
            }
            return Optional.of(List.of(CACHE + cache, "-Xlog:aot*=off", "-Xlog:cds*=off", "-jar", jar.toString()));
        }

        /// Makes the jar whose manifest has the class path and what a server may do.
        ///
        /// @return the jars of the directories of the class path
        private static List<Path> granting(Path jar, Path directory) throws IOException {
            List<Path> all = new ArrayList<>();
            List<Path> packed = new ArrayList<>();
            for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                Path path = Path.of(element).toAbsolutePath();
                if (Files.isDirectory(path)) {
                    Path classes = directory.resolve(packed.size() + ".jar");
                    pack(path, classes);
                    packed.add(classes);
                    all.add(classes);
                } else if (Files.isRegularFile(path)) {
                    all.add(path);
                }
            }
            Manifest manifest = new Manifest();
            Attributes attributes = manifest.getMainAttributes();
            attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
            attributes.put(Attributes.Name.MAIN_CLASS, ProgramMain.class.getName());
            // The JVM looks for classes of the cache in relative places only.
            attributes.put(Attributes.Name.CLASS_PATH,
                    all.stream().map(each -> url(directory.relativize(each))).collect(Collectors.joining(" ")));
            attributes.put(new Attributes.Name("Add-Opens"), "java.base/java.lang");
            attributes.put(new Attributes.Name("Enable-Native-Access"), "ALL-UNNAMED");
            try (OutputStream file = Files.newOutputStream(jar)) {
                new JarOutputStream(file, manifest).close();
            }
            return packed;
        }

        private static String url(Path relative) {
            try {
                return new URI(null, null, relative.toString().replace(File.separatorChar, '/'), null).toASCIIString();
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void pack(Path classes, Path jar) throws IOException {
            try (OutputStream file = Files.newOutputStream(jar);
                    JarOutputStream out = new JarOutputStream(file);
                    Stream<Path> all = Files.walk(classes)) {
                out.setLevel(Deflater.BEST_SPEED);
                for (Path one : all.filter(Files::isRegularFile).toList()) {
                    out.putNextEntry(new JarEntry(classes.relativize(one).toString().replace(File.separatorChar, '/')));
                    Files.copy(one, out);
                }
            }
        }

        private static boolean trained(Path cache, Path jar, List<Path> packed) throws IOException {
            List<String> command = new ArrayList<>(List.of(TestProgram.java()));
            command.addAll(TestProgram.FLAGS);
            command.addAll(List.of("-XX:AOTCacheOutput=" + cache, "-jar", jar.toString(), ProgramMain.TRAINING));
            packed.forEach(each -> command.add(each.toString()));
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(cache.resolveSibling("training.log").toFile()).start();
            try {
                return process.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
                        && Files.exists(cache);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
