package dev.polyserve.cli.proxy;

import dev.polyserve.Client;
import dev.polyserve.Endpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// All upstreams of a proxy, and which of them a client may have. It is replaced when the configuration changes.
///
/// **Thread**: any, several at once.
final class UpstreamTable {
    private final Map<Endpoint, UpstreamServer> servers;
    private final UpstreamGroup others;
    private final Map<String, UpstreamGroup> named;
    private final ReverseProxyOptions options;

    private UpstreamTable(ReverseProxyOptions options, Map<Endpoint, UpstreamServer> servers) {
        this.options = options;
        this.servers = servers;
        this.others = group(options.upstreams());
        this.named = options.routes().stream().map(SniRoute::name).distinct()
                .collect(Collectors.toMap(name -> name, name -> group(options.routes().stream()
                        .filter(route -> route.name().equals(name)).map(SniRoute::to).toList())));
    }

    private UpstreamGroup group(List<Endpoint> endpoints) {
        List<UpstreamServer> members = new ArrayList<>();
        endpoints.forEach(endpoint -> members.add(Objects.requireNonNull(servers.get(endpoint))));
        return new UpstreamGroup(members, options.balance().balancer());
    }

    /// A new table.
    ///
    /// @param before upstreams that are in both keep their health and figures
    static UpstreamTable of(ReverseProxyOptions options, @Nullable UpstreamTable before, LongSupplier clockNanos) {
        Map<Endpoint, UpstreamServer> servers = new LinkedHashMap<>();
        List<Endpoint> endpoints = new ArrayList<>(options.upstreams());
        options.routes().forEach(route -> endpoints.add(route.to()));
        for (Endpoint endpoint : endpoints) {
            Client client = Client.to(endpoint).withTls(options.tls()).withProxyHeader(options.sentHeader());
            UpstreamServer known = before == null ? null : before.servers.get(endpoint);
            servers.put(endpoint, known == null
                    ? new UpstreamServer(client, new UpstreamHealth(options.health(), clockNanos),
                            new UpstreamCounters())
                    : new UpstreamServer(client, known.health(), known.figures()));
        }
        servers.values().forEach(each -> each.health().configure(options.health()));
        return new UpstreamTable(options, servers);
    }

    ReverseProxyOptions options() {
        return options;
    }

    Collection<UpstreamServer> servers() {
        return servers.values();
    }

    /// Whether the upstreams of a client depend on the name that it asks for.
    boolean routesByName() {
        return !named.isEmpty();
    }

    /// The upstreams for clients that ask for no name, or for one without a route.
    UpstreamGroup others() {
        return others;
    }

    /// The upstreams for clients that ask for this name, in lower case: those of the name itself, of `*.` and the rest of it after the
    /// first label, or those for all others.
    UpstreamGroup named(String name) {
        UpstreamGroup exact = named.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        return dot < 0 ? others : named.getOrDefault("*" + name.substring(dot), others);
    }
}
