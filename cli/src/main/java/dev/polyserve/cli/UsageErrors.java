package dev.polyserve.cli;

import dev.polyserve.cli.services.BuiltInService;
import dev.polyserve.file.FileNameEncoding;
import dev.polyserve.text.PrintableText;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Describes errors of the command line in one sentence.
final class UsageErrors {
    private static final int MOST_SUGGESTIONS = 3;

    private UsageErrors() {}

    /// Describes a text that is not a valid path.
    static String sentence(InvalidPathException mistake) {
        return "the path '" + PrintableText.of(mistake.getInput()) + "' " + FileNameEncoding.whyInvalid(mistake);
    }

    /// Describes an error of the parser.
    static String sentence(ParameterException mistake, List<String> words) {
        String command = mistake.getCommandLine().getCommandSpec().qualifiedName();
        String what = switch (mistake) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched, words);
            case OverwrittenOptionException overwritten ->
                overwritten.getOverwritten().toString() + " was given twice: give it once";
            case MissingParameterException missing -> oneLine(missing.getMessage());
            default -> oneLine(mistake.getMessage());
        };
        return what + " (see " + command + " --help)";
    }

    private static String unmatched(UnmatchedArgumentException mistake, List<String> words) {
        String first = mistake.getUnmatched().getFirst();
        if (mistake.isUnknownOption() && belongsToProgram(first, words)) {
            return "unknown option '" + first
                    + "': write -- before a program with options, as in: polyserve serve exec -- "
                    + "sh -c 'echo hello'";
        }
        String kind = mistake.isUnknownOption() ? "unknown option" : "unknown command or argument";
        List<String> suggestions = mistake.getSuggestions();
        String instead = suggestions.stream().limit(MOST_SUGGESTIONS).collect(Collectors.joining(" or "));
        return kind + " '" + first + "'" + (instead.isEmpty() ? "" : ", did you mean " + instead + "?");
    }

    /// True for an option that follows the program of `exec`.
    private static boolean belongsToProgram(String option, List<String> words) {
        int exec = words.indexOf(BuiltInService.EXEC.id());
        int at = words.indexOf(option);
        return exec > 0 && at > exec + 1 && !words.contains("--") && !words.get(exec + 1).startsWith("-");
    }

    private static String oneLine(@Nullable String message) {
        String first = String.valueOf(message).lines().findFirst().orElse("something is wrong").strip();
        return Character.toLowerCase(first.charAt(0)) + first.substring(1);
    }
}
