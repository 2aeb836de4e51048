package dev.polyserve.bench.report;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Writes the file of a report; a failure is described in one sentence.
final class ReportFile {
    private ReportFile() {}

    static void write(Path file, String content) throws IOException {
        try {
            Files.writeString(file, content);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " cannot be written: create its directory first", e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    file + " cannot be written: permission denied; name another file, or change the permissions", e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be written (" + e.getMessage() + "): name another file", e);
        }
    }
}
