package io.spackle.source;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.RouteInfo.LayerType;
import org.apache.hc.client5.http.RouteInfo.TunnelType;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Open connections to hosts, directly or through a proxy. Thread-safe.
 *
 * <p>Direct connections go to the addresses that the guard has checked. The names of other targets
 * are resolved by their proxy, so only the target's name or literal address is checked then; the
 * proxy itself may have any address.
 */
final class HttpConnections implements AutoCloseable {

  private static final Duration MAX_CONNECT = Duration.ofSeconds(10);
  private static final TimeValue MAX_IDLE = TimeValue.ofSeconds(30);

  private final AddressGuard guard;
  private final Proxies proxies;
  private final CloseableHttpClient direct;

  /** A client of its own, since its resolver is not guarded. */
  private final CloseableHttpClient proxied;

  HttpConnections(FetchSettings settings, AddressGuard guard, Proxies proxies) {
    this.guard = guard;
    this.proxies = proxies;
    this.direct = client(settings, guard).build();
    this.proxied =
        client(settings, SystemDefaultDnsResolver.INSTANCE)
            .setRoutePlanner((target, context) -> route(target))
            .build();
  }

  /** A proxy refused to connect to a target. */
  static final class ProxyRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;

    private ProxyRefusedException(int status) {
      super("the proxy answers with status " + status);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  /** The proxy that a target is contacted through. */
  Optional<ProxyServer> proxy(HttpTarget target) {
    return proxies.of(target.scheme(), target.host(), target.port());
  }

  /**
   * Sends a request and reads the head of its response, which must be closed.
   *
   * @throws AddressGuard.ForbiddenAddressException if the target is not public
   * @throws ProxyRefusedException if a proxy does not connect to the target
   */
  ClassicHttpResponse open(HttpTarget target, HttpUriRequestBase request) throws IOException {
    Optional<ProxyServer> proxy = proxy(target);
    if (proxy.isEmpty()) {
      return direct.executeOpen(host(target), request, null);
    }
    guard.checkUnresolved(target.host());
    HttpClientContext context = authenticated(proxy.get());
    ClassicHttpResponse response = proxied.executeOpen(host(target), request, context);
    if (target.scheme().equals("https") && context.getSSLSession() == null) {
      // The proxy's answer to CONNECT: as the host's, it could be a redirect or an image.
      Closer.closeQuietly(response);
      throw new ProxyRefusedException(response.getCode());
    }
    return response;
  }

  @Override
  public void close() {
    direct.close(CloseMode.IMMEDIATE);
    proxied.close(CloseMode.IMMEDIATE);
  }

  private static HttpClientContext authenticated(ProxyServer proxy) {
    var context = HttpClientContext.create();
    if (proxy.userInfo() != null) {
      String[] parts = proxy.userInfo().split(":", 2);
      char[] password = parts.length == 1 ? new char[0] : parts[1].toCharArray();
      var basic = new BasicScheme();
      basic.initPreemptive(new UsernamePasswordCredentials(parts[0], password));
      context.resetAuthExchange(host(proxy), basic);
    }
    return context;
  }

  private HttpRoute route(HttpHost given) {
    HttpHost target = RoutingSupport.normalize(given, DefaultSchemePortResolver.INSTANCE);
    ProxyServer proxy =
        proxies.of(target.getSchemeName(), target.getHostName(), target.getPort()).orElseThrow();
    boolean isTls = target.getSchemeName().equals("https");
    return new HttpRoute(
        target,
        null,
        host(proxy),
        isTls,
        isTls ? TunnelType.TUNNELLED : TunnelType.PLAIN,
        isTls ? LayerType.LAYERED : LayerType.PLAIN);
  }

  /** Without a default port, which the Host header must not contain: signatures cover it. */
  private static HttpHost host(HttpTarget target) {
    return new HttpHost(
        target.scheme(), target.host(), target.isDefaultPort() ? -1 : target.port());
  }

  private static HttpHost host(ProxyServer proxy) {
    return new HttpHost("http", proxy.host(), proxy.port());
  }

  private static HttpClientBuilder client(FetchSettings settings, DnsResolver resolver) {
    // An upgrade to TLS, which the client would offer, confuses some hosts and proxies.
    RequestConfig requests =
        RequestConfig.custom()
            .setAuthenticationEnabled(false)
            .setProtocolUpgradeEnabled(false)
            .build();
    String userAgent = settings.requests().userAgent();
    return HttpClients.custom()
        .setConnectionManager(connections(settings, resolver))
        .setDefaultRequestConfig(requests)
        .setUserAgent(userAgent == null ? "Spackle/" + version() : userAgent)
        .disableRedirectHandling()
        .disableContentCompression()
        .disableAutomaticRetries()
        .disableCookieManagement()
        .disableAuthCaching()
        .evictIdleConnections(MAX_IDLE);
  }

  private static HttpClientConnectionManager connections(
      FetchSettings settings, DnsResolver resolver) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setDnsResolver(resolver)
        .setMaxConnPerRoute(settings.perHost())
        .setMaxConnTotal(Integer.MAX_VALUE)
        .setDefaultConnectionConfig(timeouts(settings.timeout()))
        .build();
  }

  /** A third of the timeout for connecting, so that there is time for a retry. */
  private static ConnectionConfig timeouts(Duration timeout) {
    Duration third = timeout.dividedBy(3);
    Duration connect = third.compareTo(MAX_CONNECT) < 0 ? third : MAX_CONNECT;
    return ConnectionConfig.custom()
        .setConnectTimeout(Timeout.of(connect))
        .setSocketTimeout(Timeout.of(timeout))
        .build();
  }

  private static String version() {
    String version = HttpConnections.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
