package dev.polyserve.comparison.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/// Writes the tables of a page between its two markers, and draws the costs in these tables ([BarChart]) into a file beside
/// the page with the ending `.svg`: `PerformancePage PAGE.md DIRECTORY`. Without a directory it only draws the picture again.
///
/// The directory is one run of `comparison/run`, see [ComparisonRunDirectory]. What is outside the markers stays.
public final class PerformancePage {
    static final String BEGIN = "<!-- tables: begin, written by comparison/run -->";
    static final String END = "<!-- tables: end -->";

    private PerformancePage() {}

    /// Writes the page and the picture and ends the process, see [#run].
    ///
    /// @param args the page, and the directory with the results unless only the picture is to be drawn
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /// {@return the exit status} 1: something could not be read or written, and a sentence says what; 2: called wrongly.
    static int run(String[] args) {
        if (args.length != 1 && args.length != 2) {
            return end(2, "usage: PerformancePage PAGE.md [DIRECTORY]");
        }
        Path page = Path.of(args[0]);
        try {
            if (args.length == 2) {
                write(page, MarkdownTables.of(ComparisonRunDirectory.read(Path.of(args[1]))));
            }
            draw(page);
            return 0;
        } catch (InvalidInputFileException e) {
            return end(1, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return end(1, "cannot write the page: " + e);
        }
    }

    private static int end(int status, String sentence) {
        System.err.println("comparison: " + sentence);
        return status;
    }

    private static void write(Path page, String tables) throws IOException, InvalidInputFileException {
        replace(page, between(page, read(page), tables));
    }

    /// Draws what the page says now. A page without such tables has no picture.
    private static void draw(Path page) throws IOException, InvalidInputFileException {
        Path picture = page.resolveSibling(page.getFileName().toString().replaceFirst("(\\.md)?$", ".svg"));
        Optional<String> chart = BarChart.of(read(page).lines().toList());
        if (chart.isPresent()) {
            replace(picture, chart.get());
        } else {
            Files.deleteIfExists(picture);
        }
    }

    private static String read(Path page) throws IOException, InvalidInputFileException {
        if (!Files.isReadable(page)) {
            throw new InvalidInputFileException("the page " + page + " cannot be read: is the name right?");
        }
        return Files.readString(page);
    }

    /// In one step, so that an interrupted run leaves the old file.
    private static void replace(Path file, String content) throws IOException {
        Path written = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(written, content);
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String between(Path page, String text, String tables) throws InvalidInputFileException {
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new InvalidInputFileException(
                    "the page " + page + " lacks the line '" + BEGIN + "' or, after it, '" + END + "': add both");
        }
        return text.substring(0, begin + BEGIN.length()) + "\n\n" + tables.strip() + "\n\n" + text.substring(end);
    }
}
