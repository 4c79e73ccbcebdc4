package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * CONFIG of files.
 *
 * @param disableGunzip whether files that end in {@code .gz} are taken as they are
 * @param zeroByteFiles whether files without content are loaded, as no row; otherwise they wait until they have some
 * @param newerThanSeconds files that were last changed before are not taken; seconds since 1970
 * @param pollingInterval how often new files are looked for
 */
public record FileSettings(
        boolean disableGunzip, boolean zeroByteFiles, long newerThanSeconds, Duration pollingInterval) {
    public static final Duration POLLING_INTERVAL_DEFAULT = Duration.ofSeconds(1);
    private static final long POLLING_MILLIS_MIN = 100;
    private static final long POLLING_MILLIS_MAX = 86_400_000;

    public static final FileSettings DEFAULT = new FileSettings(false, false, 0, POLLING_INTERVAL_DEFAULT);

    private static final String GUNZIP = "disable_gunzip";
    private static final String ZERO_BYTES = "process_zero_byte_files";
    private static final String THRESHOLD = "file_time_threshold";
    private static final String POLLING = "polling_interval_ms";

    public FileSettings {
        requireNonNull(pollingInterval, "pollingInterval");
    }

    /** Whether the content of a file is unpacked. */
    public boolean unpacks(String path) {
        return !disableGunzip && path.endsWith(".gz");
    }

    /** This with another value for a key; empty for a key that is not known. */
    public Optional<FileSettings> with(String key, String value) {
        return switch (key) {
            case GUNZIP ->
                Optional.of(new FileSettings(bool(key, value), zeroByteFiles, newerThanSeconds, pollingInterval));
            case ZERO_BYTES ->
                Optional.of(new FileSettings(disableGunzip, bool(key, value), newerThanSeconds, pollingInterval));
            case THRESHOLD ->
                Optional.of(new FileSettings(
                        disableGunzip, zeroByteFiles, number(key, value, 0, Long.MAX_VALUE / 1_000), pollingInterval));
            case POLLING ->
                Optional.of(new FileSettings(
                        disableGunzip,
                        zeroByteFiles,
                        newerThanSeconds,
                        Duration.ofMillis(number(key, value, POLLING_MILLIS_MIN, POLLING_MILLIS_MAX))));
            default -> Optional.empty();
        };
    }

    /** As a user writes them; what is as it always is, is left out. */
    public Map<String, String> keys() {
        Map<String, String> keys = new TreeMap<>();
        if (disableGunzip) {
            keys.put(GUNZIP, "true");
        }
        if (zeroByteFiles) {
            keys.put(ZERO_BYTES, "true");
        }
        if (newerThanSeconds > 0) {
            keys.put(THRESHOLD, Long.toString(newerThanSeconds));
        }
        if (!pollingInterval.equals(POLLING_INTERVAL_DEFAULT)) {
            keys.put(POLLING, Long.toString(pollingInterval.toMillis()));
        }
        return keys;
    }

    /** Reads what {@link #keys} wrote. */
    public static FileSettings of(Map<String, String> keys) {
        FileSettings settings = DEFAULT;
        for (Map.Entry<String, String> entry : keys.entrySet()) {
            settings = settings.with(entry.getKey(), entry.getValue())
                    .orElseThrow(() -> new IllegalArgumentException("unknown setting of files: " + entry.getKey()));
        }
        return settings;
    }

    private static boolean bool(String key, String value) {
        return switch (value) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw new IllegalArgumentException("'" + key + "' is true or false, not '" + value + "'");
        };
    }

    private static long number(String key, String value, long min, long max) {
        if (value.matches("[0-9]{1,18}")) {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new IllegalArgumentException(
                "'" + key + "' is a number from " + min + " to " + max + ", not '" + value + "'");
    }
}
