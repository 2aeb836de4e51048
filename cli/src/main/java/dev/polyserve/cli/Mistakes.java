package dev.polyserve.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says in one sentence what the parser found wrong.
final class Mistakes {
    private static final int MOST_SUGGESTIONS = 3;

    private Mistakes() {}

    static String sentence(ParameterException mistake) {
        String command = mistake.getCommandLine().getCommandSpec().qualifiedName();
        String what = switch (mistake) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched);
            case OverwrittenOptionException overwritten ->
                overwritten.getOverwritten().toString() + " was given twice: give it once";
            case MissingParameterException missing -> oneLine(missing.getMessage());
            default -> oneLine(mistake.getMessage());
        };
        return what + " (see " + command + " --help)";
    }

    private static String unmatched(UnmatchedArgumentException mistake) {
        String first = mistake.getUnmatched().getFirst();
        String kind = mistake.isUnknownOption() ? "unknown option" : "unknown command or argument";
        List<String> suggestions = mistake.getSuggestions();
        String instead = suggestions.stream().limit(MOST_SUGGESTIONS).collect(Collectors.joining(" or "));
        return kind + " '" + first + "'" + (instead.isEmpty() ? "" : ", did you mean " + instead + "?");
    }

    private static String oneLine(@Nullable String message) {
        String first = String.valueOf(message).lines().findFirst().orElse("something is wrong").strip();
        return Character.toLowerCase(first.charAt(0)) + first.substring(1);
    }
}
