package dev.polyserve.file;

import java.io.Serial;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/// A file exists but is not one to read: it is not regular, or too large.
///
/// [#why] continues a sentence that begins with the file.
public final class IrregularOrOversizedFileException extends FileSystemException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String why;

    IrregularOrOversizedFileException(Path file, String why) {
        super(file.toString(), null, why);
        this.why = why;
    }

    /// The rest of a sentence about the file, with what to do, as in "is a directory: give the path of a file".
    public String why() {
        return why;
    }
}
