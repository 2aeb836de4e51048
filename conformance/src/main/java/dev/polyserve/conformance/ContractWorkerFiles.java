package dev.polyserve.conformance;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The directory of the files that start workers. The test JVMs of a build share one in `target`, because making the files
/// takes a processor for several seconds; elsewhere it is a temporary one.
///
/// **Thread**: any; a file lock lets one JVM make the files while the others wait.
///
/// @param directory where the files are
/// @param isShared whether it stays for other JVMs
record ContractWorkerFiles(Path directory, boolean isShared) {
    private static final Path TARGET = Path.of("target");
    private static final String COMPLETE = "complete";

    /// Makes the files; returns whether they are complete, so that another JVM can use them.
    @FunctionalInterface
    interface Maker {
        boolean make(ContractWorkerFiles files) throws IOException;
    }

    /// The directory for this class path, after its files were made.
    static ContractWorkerFiles made(String classPath, Maker maker) throws IOException {
        if (!Files.isDirectory(TARGET)) {
            ContractWorkerFiles files = new ContractWorkerFiles(Files.createTempDirectory("polyserve-workers"), false);
            files.directory.toFile().deleteOnExit();
            maker.make(files);
            return files;
        }
        Path all = Files.createDirectories(TARGET.toAbsolutePath().resolve("polyserve-workers"));
        Path mine = all.resolve(key(classPath));
        try (FileChannel channel = FileChannel.open(all.resolve("lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE); FileLock _ = channel.lock()) {
            ContractWorkerFiles files = new ContractWorkerFiles(mine, true);
            if (!Files.exists(mine.resolve(COMPLETE))) {
                deleteAllBut(all.resolve("lock"), all);
                Files.createDirectories(mine);
                if (maker.make(files)) {
                    Files.createFile(mine.resolve(COMPLETE));
                }
            }
            return files;
        }
    }

    /// A file in the directory, which is deleted with this JVM unless others share it.
    Path file(String name) {
        Path file = directory.resolve(name);
        if (!isShared) {
            file.toFile().deleteOnExit();
        }
        return file;
    }

    private static void deleteAllBut(Path kept, Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path one : all.sorted(Comparator.reverseOrder())
                    .filter(Predicate.<Path>isEqual(kept).or(Predicate.isEqual(directory)).negate()).toList()) {
                Files.delete(one);
            }
        }
    }

    /// Another one for another JDK, and for each change of a class.
    private static String key(String classPath) throws IOException {
        StringBuilder key = new StringBuilder(System.getProperty("java.home") + Runtime.version());
        for (String element : classPath.split(File.pathSeparator, -1)) {
            for (Path file : files(Path.of(element))) {
                key.append('\n').append(file).append(' ').append(Files.size(file)).append(' ')
                        .append(Files.getLastModifiedTime(file).toMillis());
            }
        }
        return UUID.nameUUIDFromBytes(key.toString().getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static List<Path> files(Path element) throws IOException {
        if (element.toString().isEmpty() || !Files.exists(element)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(element)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
