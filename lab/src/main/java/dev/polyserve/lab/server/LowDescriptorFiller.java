package dev.polyserve.lab.server;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Holds files open, so that the descriptors of a server's connections begin at a chosen number: the system gives each
/// the lowest one that is free.
///
/// **Thread**: one at a time.
final class LowDescriptorFiller {
    private static final Path OWN = Path.of("/proc/self/fd");
    private static final String EMPTY = "/dev/null";

    private final List<FileInputStream> open = new ArrayList<>();

    private LowDescriptorFiller() {}

    /// Opens files until all descriptors below this number are in use.
    ///
    /// @return the files, which stay open as long as they are reachable
    static LowDescriptorFiller below(int number) throws IOException {
        LowDescriptorFiller files = new LowDescriptorFiller();
        if (number > 0) {
            for (int missing = number - usedBelow(number); missing > 0; missing--) {
                files.open.add(new FileInputStream(EMPTY));
            }
        }
        return files;
    }

    /// How many files are open.
    int count() {
        return open.size();
    }

    private static int usedBelow(int number) throws IOException {
        int used = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(OWN)) {
            for (Path entry : entries) {
                // Without the directory itself, which is closed soon.
                boolean other = !Files.readSymbolicLink(entry).endsWith("fd");
                used += other && Integer.parseInt(String.valueOf(entry.getFileName())) < number ? 1 : 0;
            }
        }
        return used;
    }
}
