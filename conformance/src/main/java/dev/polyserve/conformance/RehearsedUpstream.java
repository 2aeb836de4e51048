package dev.polyserve.conformance;

import dev.polyserve.Endpoint;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A server that the handler of a [Rehearsal] connects to, played by a script. The words are those of [Rehearsal], for the
/// handler's connection to it.
///
/// ```java
/// RehearsalResult outcome = Rehearsal.handle(gateway)
///         .upstream(RehearsedUpstream.at("tcp://10.0.0.5:6379").awaits("PING\r\n").receives("+PONG\r\n"))
///         .receives("ping\n").ends().run();
/// assertEquals("PING\r\n", outcome.upstreams().getFirst().text());
/// ```
///
/// It is connected to in memory: neither TLS nor a PROXY header is among its bytes.
///
/// **Thread**: that of its rehearsal.
public final class RehearsedUpstream {
    private final Endpoint endpoint;
    private final ScriptBuilder script = new ScriptBuilder();
    private ScriptedWire.ConnectAnswer answer = ScriptedWire.ConnectAnswer.AT_ONCE;

    private RehearsedUpstream(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /// A server at this endpoint ([Endpoint#parse]), which accepts at once.
    public static RehearsedUpstream at(String endpoint) {
        return at(Endpoint.parse(endpoint));
    }

    /// A server at this endpoint, which accepts at once.
    public static RehearsedUpstream at(Endpoint endpoint) {
        return new RehearsedUpstream(endpoint);
    }

    /// It takes this long to accept. If that is longer than [dev.polyserve.Options.Timeouts#connect], the handler cannot connect.
    public RehearsedUpstream connectsAfter(Duration time) {
        answer = new ScriptedWire.ConnectAnswer(time, answer.refusal());
        return this;
    }

    /// It refuses: the handler cannot connect.
    public RehearsedUpstream refuses() {
        answer = new ScriptedWire.ConnectAnswer(answer.after(), "nothing listens there; start the server, or take"
                + " another port");
        return this;
    }

    /// It sends a text in UTF-8, as one fragment.
    public RehearsedUpstream receives(String text) {
        return receives(text.getBytes(StandardCharsets.UTF_8));
    }

    /// It sends bytes, as one fragment.
    public RehearsedUpstream receives(byte... bytes) {
        script.receives(bytes);
        return this;
    }

    /// It does nothing until it was sent this text in UTF-8, after what it has awaited before.
    public RehearsedUpstream awaits(String text) {
        script.awaits(text);
        return this;
    }

    /// It does nothing for the given time.
    public RehearsedUpstream after(Duration time) {
        script.add(new PeerScript.Passes(time));
        return this;
    }

    /// It ends its output (half-close) and keeps reading.
    public RehearsedUpstream ends() {
        script.add(new PeerScript.Ends());
        return this;
    }

    /// It resets the connection.
    public RehearsedUpstream resets() {
        script.add(new PeerScript.Resets());
        return this;
    }

    /// It stops reading.
    public RehearsedUpstream stopsReading() {
        script.add(new PeerScript.StopsReading());
        return this;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    ScriptBuilder script() {
        return script;
    }

    ScriptedWire.ConnectAnswer answer() {
        return answer;
    }
}
