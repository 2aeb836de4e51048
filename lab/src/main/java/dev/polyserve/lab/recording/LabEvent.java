package dev.polyserve.lab.recording;

import dev.polyserve.text.JsonObjectWriter;

/// What a client or a server did.
///
/// @param micros when, in microseconds since the run's start
/// @param lane whose connection it was
/// @param kind what happened; whether a client or a server tells it follows from that
/// @param amount bytes, milliseconds, microseconds of an answer, or a number of dropped events
/// @param pid the process of the server; 0: none
/// @param threadId the thread in that process; 0: none
/// @param thread the name of the thread, or of the loop
/// @param text what was asked for, or why; empty: nothing to say
public record LabEvent(long micros, Lane lane, LabEventKind kind, long amount, long pid, long threadId, String thread,
        String text) implements LabRecordingItem {
    /// Why a connection has ended that its client has left, after it had read all.
    public static final String LEFT = "left";

    /// The connection that an event belongs to.
    ///
    /// @param server the number of the server
    /// @param client the number of the client; -1: the event is of no client
    /// @param connection counts the client's connections to that server from 0
    public record Lane(int server, int client, int connection) {
        /// The whole server.
        public static Lane of(int server) {
            return new Lane(server, -1, 0);
        }
    }

    /// An event of a client.
    public static LabEvent ofClient(long micros, Lane lane, LabEventKind kind, long amount, String text) {
        return new LabEvent(micros, lane, kind, amount, 0, 0, "", text);
    }

    /// Whether a client tells it.
    public boolean isClients() {
        return switch (kind) {
            case CONNECT, CONNECTED, ASKED, SENT, RECEIVED, ANSWERED, ENDED, FAILED -> true;
            case ACCEPTED, REFUSED, TURN, COMPUTE, SLEEP, WAIT_INPUT, WAIT_OUTPUT, READ, WRITTEN, HAND_OFF, CLOSED,
                    ACCEPT_FAILED, WORKER_STARTED, WORKER_ENDED, DROPPED ->
                false;
        };
    }

    @Override
    public String json() {
        JsonObjectWriter event = new JsonObjectWriter().put("server", lane.server()).put("client", lane.client())
                .put("conn", lane.connection()).put("from", isClients() ? "client" : "server")
                .put("kind", kind.label()).put("t", micros);
        switch (kind) {
            case SENT, RECEIVED, READ, WRITTEN -> event.put("bytes", amount);
            case ASKED -> event.put("what", text).put("amount", amount);
            case ANSWERED -> event.put("micros", amount);
            case DROPPED -> event.put("count", amount);
            case CONNECT, CONNECTED, ENDED, FAILED, ACCEPTED, REFUSED, TURN, COMPUTE, SLEEP, WAIT_INPUT, WAIT_OUTPUT,
                    HAND_OFF, CLOSED, ACCEPT_FAILED, WORKER_STARTED, WORKER_ENDED -> {
                // They have no amount.
            }
        }
        if (pid != 0) {
            event.put("pid", pid);
        }
        if (!thread.isEmpty()) {
            event.put("tid", threadId).put("thread", thread);
        }
        if (!text.isEmpty() && kind != LabEventKind.ASKED) {
            event.put("cause", text);
        }
        return new JsonObjectWriter().put("event", event).toString();
    }
}
