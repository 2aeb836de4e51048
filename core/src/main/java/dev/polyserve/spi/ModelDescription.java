package dev.polyserve.spi;

/// The description of a model in words, for `polyserve models` and the tables of the guide.
///
/// @param runs what runs a handler
/// @param waitsIn what a handler or an event loop waits in
/// @param connections how many connections are served at once
/// @param delays the clients that a handler that computes for long delays
/// @param endpoints the endpoints that the model serves
/// @param goodFor the uses that the model is good for
public record ModelDescription(Runs runs, String waitsIn, String connections, String delays, Endpoints endpoints,
        String goodFor) {
    /// What runs each style of handler.
    ///
    /// @param handler what runs a [dev.polyserve.Handler]
    /// @param protocol what runs a [dev.polyserve.Protocol]
    /// @param datagrams what runs a [dev.polyserve.DatagramHandler]
    public record Runs(String handler, String protocol, String datagrams) {}

    /// The kinds of endpoints that a model serves.
    public enum Endpoints {
        /// What the JDK's channels serve.
        OF_THE_JDK("tcp, udp, unix"),
        /// All, on Linux only.
        ALL_ON_LINUX("all, Linux"),
        /// What the JDK's channels serve, and on Linux also the others.
        ALL("tcp, udp, unix; on Linux all");

        private final String words;

        Endpoints(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }
}
