package dev.polyserve.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// A handshake of TLS is over.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.TlsHandshake")
@Label("TLS Handshake")
@Description("A handshake of TLS is over")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
final class TlsHandshakeEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final TlsHandshakeEvent ANY = new TlsHandshakeEvent();

    @Label("Peer")
    @Nullable
    String peer;
    @Label("Result")
    @Nullable
    String result;
    @Label("Version")
    @Nullable
    String version;
    @Label("Session Resumed")
    boolean resumed;
    @Label("Took")
    @Timespan
    long took;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
