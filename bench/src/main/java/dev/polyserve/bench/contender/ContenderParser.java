package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Parses the text form of peers and existing servers, as `--against` takes it.
final class ContenderParser {
    private static final Pattern NAMED = Pattern.compile("(\\w[\\w.+-]*)=(.*)", Pattern.DOTALL);
    private static final Pattern VARIABLE = Pattern.compile("[A-Z_][A-Z0-9_]*");
    private static final Pattern ENDPOINT = Pattern.compile("(tcp|udp)://|(unix|unixgram|fd):");

    private ContenderParser() {}

    static Contender read(String text) {
        Matcher named = NAMED.matcher(text);
        boolean hasName = named.matches() && !VARIABLE.matcher(named.group(1)).matches();
        String name = hasName ? named.group(1) : "";
        String what = (hasName ? named.group(2) : text).strip();
        if (what.isEmpty()) {
            throw new IllegalArgumentException("'" + text
                    + "' names no server to compare with: give a command or an endpoint, as in 'netty=java -jar echo.jar "
                    + Contender.Peer.PORT + "' or tcp://127.0.0.1:7000");
        }
        if (ENDPOINT.matcher(what).lookingAt()) {
            Endpoint endpoint = Endpoint.parse(what);
            return new Contender.Existing(name.isEmpty() ? endpoint.toString() : name, endpoint);
        }
        return new Contender.Peer(name.isEmpty() ? ContenderName.of(what) : name, what);
    }
}
