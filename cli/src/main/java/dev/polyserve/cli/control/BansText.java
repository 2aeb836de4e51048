package dev.polyserve.cli.control;

import dev.polyserve.Networks;
import dev.polyserve.Server;
import dev.polyserve.text.JsonObjectWriter;
import dev.polyserve.cli.text.TerminalTable;
import dev.polyserve.cli.text.Units;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The banned addresses of a server, as a text or as JSON, and how to lift a ban.
///
/// @param server the server
record BansText(Server server) {
    private static final String ALL = "all";

    String lines() {
        Map<Networks, Duration> bans = server.bans();
        if (bans.isEmpty()) {
            return "no address is banned";
        }
        TerminalTable table = new TerminalTable(List.of("ADDRESS", "LEFT"), List.of(44, 12));
        bans.forEach((network, left) -> table.row(List.of(network.toString(), Units.shown(left))));
        return String.join("\n", table.lines());
    }

    String json() {
        return "[" + String.join(",", server.bans().entrySet().stream().map(ban -> new JsonObjectWriter()
                .put("address", ban.getKey().toString()).put("leftMillis", ban.getValue().toMillis()).toString())
                .toList()) + "]";
    }

    /// Lifts one ban, or all.
    ///
    /// @param address an IPv4 or IPv6 address, or `all`
    /// @return the result in one sentence
    /// @throws IllegalArgumentException when it is no address, or not banned, with one sentence
    String lift(String address) {
        if (address.equals(ALL)) {
            return server.liftBans() + " bans were lifted";
        }
        InetAddress one;
        try {
            one = InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + address + "' is not an IPv4 or IPv6 address, nor 'all'", e);
        }
        if (!server.liftBan(one)) {
            throw new IllegalArgumentException(
                    address + " is not banned; 'polyserve bans' lists the addresses that are");
        }
        return "the ban of " + address + " was lifted";
    }
}
