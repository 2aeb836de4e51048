package dev.polyserve.cli;

import dev.polyserve.Options;
import dev.polyserve.cli.text.Units;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads rates (`100/s`, `1KiB/s`), and the rule of `--ban` (`10m:20/1m`).
///
/// **Thread**: any.
final class RateParser {
    private static final String A_SECOND = "/s";
    private static final Pattern BAN = Pattern.compile("([^:/]+):([0-9]{1,9})/([^:/]+)");

    private RateParser() {}

    /// A number of connections a second.
    ///
    /// @throws IllegalArgumentException with the form, like the methods below
    static int connections(String text) {
        String number = perSecond(text, "100/s");
        if (!number.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("it is not a whole number of connections a second, as in 100/s");
        }
        return Integer.parseInt(number);
    }

    /// A number of bytes a second.
    static int bytes(String text) {
        long bytes = Units.bytes(perSecond(text, "100/s or 1KiB/s"));
        if (bytes > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException("it is more than 1GiB/s, the maximum");
        }
        return (int) bytes;
    }

    private static String perSecond(String text, String form) {
        if (text.equals("0")) {
            return text;
        }
        if (!text.endsWith(A_SECOND)) {
            throw new IllegalArgumentException("it is not a rate: write " + form + ", or 0");
        }
        return text.substring(0, text.length() - A_SECOND.length());
    }

    /// A rule for bans.
    static Options.Ban ban(String text) {
        Matcher parts = BAN.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "it must be DURATION:N/DURATION, as in 10m:20/1m: out for ten minutes after"
                            + " 20 offences in a minute");
        }
        return new Options.Ban(Units.duration(parts.group(1)), Integer.parseInt(parts.group(2)),
                Units.duration(parts.group(3)));
    }
}
