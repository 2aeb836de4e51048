package dev.polyserve.cli.log;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import dev.polyserve.TlsInfo;
import dev.polyserve.text.PrintableAddress;
import dev.polyserve.text.PrintableText;
import dev.polyserve.cli.text.Units;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Writes one line when a connection ends or is rejected. Events that need attention are logged by the library itself.
///
/// **Thread**: any.
public final class AccessLog implements ServerListener {
    private final ConsoleLog log;

    /// Creates an access log that writes to `log`.
    public AccessLog(ConsoleLog log) {
        this.log = log;
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        if (!log.shows(Level.INFO)) {
            return;
        }
        Duration age = connection.age();
        String peer = PrintableAddress.shown(connection.peer());
        List<Object> fields = new ArrayList<>(List.of("event", "closed", "connection", connection.id(), "peer", peer,
                "endpoint", connection.endpoint(), "why", why(cause), "by", cause.endedBy()));
        StringBuilder line = new StringBuilder("closed #").append(connection.id()).append(' ').append(peer).append(' ')
                .append(why(cause)).append(by(cause));
        if (isCounted(connection)) {
            line.append(", in ").append(connection.bytesIn()).append(" B, out ").append(connection.bytesOut())
                    .append(" B");
            fields.addAll(List.of("bytesIn", connection.bytesIn(), "bytesOut", connection.bytesOut()));
        }
        line.append(", ").append(Units.shown(age));
        fields.addAll(List.of("millis", age.toMillis()));
        connection.exit().ifPresent(exit -> {
            line.append(", ").append(exit.text()).append(", cpu ").append(exit.cpu().toMillis()).append(" ms");
            fields.addAll(List.of("exit", exit.text(), "cpuMillis", exit.cpu().toMillis()));
        });
        connection.tls().ifPresent(tls -> addTls(tls, line, fields));
        log.info(line.toString(), fields.toArray());
    }

    /// Adds what was negotiated; names are written by the client.
    private static void addTls(TlsInfo tls, StringBuilder line, List<Object> fields) {
        line.append(", ").append(tls.protocol()).append(' ').append(tls.cipherSuite());
        fields.addAll(List.of("tls", tls.protocol(), "cipher", tls.cipherSuite()));
        tls.serverName().map(PrintableText::of).ifPresent(name -> {
            line.append(" sni ").append(name);
            fields.addAll(List.of("sni", name));
        });
        tls.applicationProtocol().map(PrintableText::of).ifPresent(name -> {
            line.append(" alpn ").append(name);
            fields.addAll(List.of("alpn", name));
        });
    }

    /// True when the server counts the bytes of the connection. A command that holds the socket itself bypasses the
    /// server; the kernel counts its bytes, for TCP only.
    private static boolean isCounted(ConnectionInfo connection) {
        return connection.exit().isEmpty() || connection.peer() instanceof InetSocketAddress;
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        String why = limit.map(reached -> "limit: " + reached.label()).orElse("not allowed");
        String peer = PrintableAddress.shown(connection.peer());
        log.info("rejected #" + connection.id() + " " + peer + " " + why, "event", "rejected",
                "connection", connection.id(), "peer", peer, "endpoint", connection.endpoint(), "why", why);
    }

    /// A cause that is a limit names it already.
    private static String by(Cause cause) {
        return switch (cause) {
            case Cause.TimedOut _, Cause.LimitReached _ -> "";
            case Cause.Done _, Cause.PeerReset _, Cause.Failed _, Cause.Stopped _ -> " by " + cause.endedBy();
        };
    }

    /// Without the handler's exception, which a warning has reported.
    private static String why(Cause cause) {
        return cause instanceof Cause.Failed ? "failed" : cause.phrase();
    }
}
