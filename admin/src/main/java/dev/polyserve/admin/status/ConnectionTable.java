package dev.polyserve.admin.status;

import dev.polyserve.ConnectionFuture;
import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.TlsInfo;
import dev.polyserve.text.PrintableAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// The open connections of a server as rows of a table, and how to end one.
///
/// **Thread**: any.
///
/// @param server the server
public record ConnectionTable(Server server) {
    /// Which rows are asked for.
    ///
    /// @param sort the column to sort by
    /// @param descending whether the largest value comes first
    /// @param filter a text that a row contains, in any case; empty: all rows
    /// @param most the maximum number of rows
    public record Query(Column sort, boolean descending, String filter, int most) {}

    /// The columns.
    public enum Column {
        /// The number of the connection.
        ID,
        /// The peer's address.
        PEER,
        /// The time since it was accepted.
        AGE,
        /// Bytes received.
        IN,
        /// Bytes sent.
        OUT,
        /// What it does or waits for.
        STATE
    }

    /// The rows, the number of connections that match the filter, and that of all.
    public Map<String, Object> rows(Query query) {
        List<ConnectionFuture> all = server.connections();
        boolean remote = !server.workers().isEmpty();
        String wanted = query.filter().toLowerCase(Locale.ROOT);
        List<ConnectionFuture> matching = new ArrayList<>(all);
        if (!wanted.isEmpty()) {
            matching.removeIf(open -> !text(open, remote).contains(wanted));
        }
        Map<String, Object> table = new LinkedHashMap<>();
        table.put("total", all.size());
        table.put("matching", matching.size());
        table.put("inWorkers", remote);
        table.put("rows", sorted(matching, query, remote).limit(query.most()).map(open -> row(open, remote)).toList());
        return table;
    }

    /// Ends the connection with this number, as a stop of the server does.
    ///
    /// @return whether there was one
    public boolean end(long id) {
        Optional<ConnectionFuture> found = server.connections().stream().filter(open -> open.id() == id).findAny();
        found.ifPresent(ConnectionFuture::abort);
        return found.isPresent();
    }

    private static Stream<ConnectionFuture> sorted(List<ConnectionFuture> all, Query query, boolean remote) {
        boolean descending = query.descending();
        return switch (query.sort()) {
            case ID -> sorted(all, ConnectionFuture::id, descending);
            case PEER -> sorted(all, open -> PrintableAddress.shown(open.peer()), descending);
            case AGE -> sorted(all, open -> -open.id(), descending);
            case IN -> sorted(all, ConnectionFuture::bytesIn, descending);
            case OUT -> sorted(all, ConnectionFuture::bytesOut, descending);
            case STATE -> sorted(all, open -> state(open, remote), descending);
        };
    }

    /// A connection and its value in the column of the order, read once: it changes while connections are sorted.
    private record Keyed<K>(K key, ConnectionFuture open) {}

    private static <K extends Comparable<K>> Stream<ConnectionFuture> sorted(List<ConnectionFuture> all,
            Function<ConnectionFuture, K> key, boolean descending) {
        Comparator<Keyed<K>> order = Comparator.<Keyed<K>, K>comparing(Keyed::key)
                .thenComparingLong(one -> one.open.id());
        return all.stream().map(open -> new Keyed<>(key.apply(open), open))
                .sorted(descending ? order.reversed() : order).map(Keyed::open);
    }

    private static String text(ConnectionFuture open, boolean remote) {
        return ("#" + open.id() + " " + PrintableAddress.shown(open.peer()) + " " + open.endpoint() + " "
                + state(open, remote)).toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> row(ConnectionFuture open, boolean remote) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", open.id());
        row.put("peer", PrintableAddress.shown(open.peer()));
        row.put("endpoint", open.endpoint().toString());
        row.put("ageMillis", open.age().toMillis());
        row.put("bytesIn", open.bytesIn());
        row.put("bytesOut", open.bytesOut());
        row.put("state", state(open, remote));
        open.tls().map(TlsInfo::protocol).ifPresent(version -> row.put("tls", version));
        open.proxied().ifPresent(header -> row.put("through", PrintableAddress.shown(header.sender())));
        return row;
    }

    /// What a connection does: the supervisor of worker processes does not know it.
    private static String state(ConnectionFuture open, boolean remote) {
        if (open.isDone()) {
            return "ends";
        }
        Optional<String> awaited = open.waitingFor().map(ConnectionTable::awaited);
        if (!open.isRunning()) {
            return awaited.map(what -> "waits for " + what).orElse("queued");
        }
        return remote ? "in a worker process" : awaited.map(what -> "waits for " + what).orElse("in its handler");
    }

    private static String awaited(Limit limit) {
        return switch (limit) {
            case FIRST_BYTE -> "the first byte";
            case IDLE, READ -> "input";
            case MIN_RATE -> "the rest of a message";
            case WRITE_STALL -> "room to write";
            case TLS_HANDSHAKE -> "the TLS handshake";
            case PROXY_HEADER, CONVERSATION, NETWORK, ACCEPT_RATE, BAN, TLS_HANDSHAKES, CONNECTIONS,
                    CONNECTIONS_PER_ADDRESS, QUEUE, FRAME, BUFFER_PER_CONNECTION, BUFFER_TOTAL, SENDER_QUEUE,
                    DATAGRAM, DATAGRAM_QUEUE, CONNECT ->
                limit.label();
        };
    }
}
