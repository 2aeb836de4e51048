package dev.polyserve.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// The packaged program with the JDK's caches of classes (JEP 514) for it and its workers, as the launcher starts it.
///
/// A cache saves two thirds of the processor time of a start. The tests of a build make the caches on first use, in a
/// directory beside the jar, and all their processes share them. Without the caches, programs only start more slowly.
///
/// **Thread**: any.
public final class PackagedProgram {
    private static final int TRAINING_SECONDS = 120;
    /// So few that classes are recorded, and no use of methods, which servers of tests end too early to profit by.
    private static final String REQUESTS = "2";
    /// The compiler takes a quarter of the processor time of a start, unless it takes only what is used very often.
    private static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1",
            "-XX:CompileThresholdScaling=5");
    private static final Map<Path, List<String>> OPTIONS = new ConcurrentHashMap<>();

    private PackagedProgram() {}

    /// The options of a JVM that ends soon, as those of tests do.
    public static List<String> shortLived() {
        return SHORT_LIVED;
    }

    /// The options of a JVM that runs this jar from the caches; none when they could not be made, and in a quick build,
    /// which has too few starts to make up for the caches.
    public static List<String> cacheOptions(Path jar) {
        return System.getProperty("polyserve.tests", "").equals("quick")
                ? List.of()
                : OPTIONS.computeIfAbsent(jar, PackagedProgram::prepare);
    }

    private static List<String> prepare(Path jar) {
        try {
            Path directory = Files.createDirectories(jar.resolveSibling("start-up-caches"));
            Path program = directory.resolve("program.aot");
            Path workers = directory.resolve("workers.aot");
            // Other test processes wait here for the same caches.
            try (FileChannel channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE); FileLock _ = channel.lock()) {
                Path note = directory.resolve("made-for");
                String made = Files.size(jar) + " " + Files.getLastModifiedTime(jar) + " " + Runtime.version();
                if (Files.exists(note) && Files.readString(note).equals(made)) {
                    return options(program, workers);
                }
                Files.deleteIfExists(note);
                if (trained(jar, program, workers)) {
                    Files.writeString(note, made);
                    return options(program, workers);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the caches of " + jar + " cannot be written", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.println("polyserve: the program starts without a cache of classes, which takes longer");
        return List.of();
    }

    private static List<String> options(Path program, Path workers) {
        return List.of("-XX:AOTCache=" + program, "-Dpolyserve.worker.cache=" + workers, "-Xlog:aot*=off",
                "-Xlog:cds*=off");
    }

    private static boolean trained(Path jar, Path program, Path workers) throws IOException, InterruptedException {
        Path script = Path.of(System.getProperty("basedir", "."), "..", "build", "train-aot.sh").toAbsolutePath();
        Files.deleteIfExists(program);
        Files.deleteIfExists(workers);
        ProcessBuilder builder = new ProcessBuilder("bash", script.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), jar.toString(), program.toString(),
                workers.toString(), REQUESTS)
                .redirectErrorStream(true).redirectOutput(program.resolveSibling("training.log").toFile());
        // Nothing here runs long enough for the optimizing compiler.
        builder.environment().put("JDK_JAVA_OPTIONS", String.join(" ", SHORT_LIVED));
        Process training = builder.start();
        boolean ended = training.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS);
        training.destroyForcibly();
        return ended && Files.exists(program) && Files.exists(workers);
    }
}
