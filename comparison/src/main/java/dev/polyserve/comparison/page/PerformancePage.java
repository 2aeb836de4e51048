package dev.polyserve.comparison.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Writes the tables of a page between its two markers: `PerformancePage PAGE.md DIRECTORY`.
///
/// The directory is one run of `comparison/run`, see [RunDirectory]. What is outside the markers stays.
public final class PerformancePage {
    static final String BEGIN = "<!-- tables: begin, written by comparison/run -->";
    static final String END = "<!-- tables: end -->";

    private PerformancePage() {}

    /// Writes the page and ends the process, see [#run].
    ///
    /// @param args the page, and the directory with the results
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /// {@return the exit status} 1: something could not be read or written, and a sentence says what; 2: called wrongly.
    static int run(String[] args) {
        if (args.length != 2) {
            return end(2, "usage: PerformancePage PAGE.md DIRECTORY");
        }
        Path page = Path.of(args[0]);
        try {
            write(page, Tables.of(RunDirectory.read(Path.of(args[1]))));
            return 0;
        } catch (UnreadableException e) {
            return end(1, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return end(1, "cannot write the page: " + e);
        }
    }

    private static int end(int status, String sentence) {
        System.err.println("comparison: " + sentence);
        return status;
    }

    private static void write(Path page, String tables) throws IOException, UnreadableException {
        if (!Files.isReadable(page)) {
            throw new UnreadableException("the page " + page + " cannot be read: is the name right?");
        }
        // In one step, so that an interrupted run leaves the old page.
        Path written = page.resolveSibling(page.getFileName() + ".new");
        Files.writeString(written, between(page, Files.readString(page), tables));
        Files.move(written, page, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String between(Path page, String text, String tables) throws UnreadableException {
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new UnreadableException(
                    "the page " + page + " lacks the line '" + BEGIN + "' or, after it, '" + END + "': add both");
        }
        return text.substring(0, begin + BEGIN.length()) + "\n\n" + tables.strip() + "\n\n" + text.substring(end);
    }
}
