package dev.polyserve.cli.proxy;

import dev.polyserve.Endpoint;
import java.util.Locale;
import java.util.regex.Pattern;

/// Where clients of TLS go that ask for a name (SNI, RFC 6066, section 3).
///
/// @param name in lower case; after `*.` it stands for all names with one more label
/// @param to the upstream
public record SniRoute(String name, Endpoint to) {
    private static final Pattern NAME = Pattern.compile("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

    /// Parses `NAME=ENDPOINT`.
    ///
    /// @throws IllegalArgumentException with one sentence about what is wrong
    public static SniRoute parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("it must be NAME=ENDPOINT, as in www.example.com=tcp://10.0.0.5:443");
        }
        String name = text.substring(0, equals).toLowerCase(Locale.ROOT);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + text.substring(0, equals)
                    + "' is not the name of a host: write it as in www.example.com, or *.example.com");
        }
        return new SniRoute(name, Endpoint.parse(text.substring(equals + 1)));
    }
}
