SELECT
  *
FROM (
  SELECT
    "t9"."customer" AS "who",
    CAST(20098 - "t9"."last_day" AS DOUBLE) AS "recency_days",
    CAST("t9"."orders" AS DOUBLE) AS "orders",
    IF("t9"."first_day" = "t9"."last_day", 'yes', 'no') AS "one_time",
    CAST(20098 - "t9"."first_day" AS DOUBLE) AS "tenure_days",
    CAST("t9"."orders_30d" AS DOUBLE) AS "orders_30d",
    CAST("t9"."orders_60d" AS DOUBLE) AS "orders_60d",
    CAST("t9"."orders_90d" AS DOUBLE) AS "orders_90d",
    CAST("t9"."gap_sum" AS DOUBLE) / NULLIF(CAST("t9"."gaps" AS DOUBLE), 0) AS "gap_mean_days",
    CAST(SQRT(
      CAST((
        "t9"."gaps" * "t9"."gap_squares"
      ) - (
        "t9"."gap_sum" * "t9"."gap_sum"
      ) AS DOUBLE)
    ) AS DOUBLE) / NULLIF(CAST("t9"."gaps" AS DOUBLE), 0) AS "gap_spread_days",
    CAST("t9"."gap_max" AS DOUBLE) AS "gap_max_days",
    CAST("t9"."gap_end" - "t9"."gap_start" AS DOUBLE) AS "gap_last_days",
    CAST(20098 - "t9"."last_day" AS DOUBLE) / (
      CAST("t9"."gap_sum" AS DOUBLE) / NULLIF(CAST("t9"."gaps" AS DOUBLE), 0)
    ) AS "recency_over_gap",
    CAST((
      COALESCE("t9"."paid", CAST(0 AS DOUBLE)) + COALESCE("t6"."refunded", CAST(0 AS DOUBLE))
    ) AS DOUBLE) / 10000 AS "spend_total",
    CAST(COALESCE("t9"."paid", CAST(0 AS DOUBLE)) AS DOUBLE) / (
      NULLIF(CAST("t9"."paid_orders" AS DOUBLE), 0) * 10000
    ) AS "spend_mean",
    CAST("t9"."paid_last" AS DOUBLE) / 10000 AS "spend_last",
    CAST((
      (
        CAST("t9"."paid_orders" AS DOUBLE) * "t9"."sum_xy"
      ) - (
        "t9"."sum_x" * COALESCE("t9"."paid", CAST(0 AS DOUBLE))
      )
    ) AS DOUBLE) / (
      NULLIF(
        (
          CAST("t9"."paid_orders" AS DOUBLE) * "t9"."sum_xx"
        ) - (
          "t9"."sum_x" * "t9"."sum_x"
        ),
        0
      ) * 10000
    ) AS "spend_trend",
    CAST("t9"."weekday_5" + "t9"."weekday_6" AS DOUBLE) / CAST("t9"."orders" AS DOUBLE) AS "weekend_share",
    CASE
      WHEN GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      ) = 0
      THEN CAST(NULL AS VARCHAR)
      WHEN "t9"."weekday_0" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Monday'
      WHEN "t9"."weekday_1" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Tuesday'
      WHEN "t9"."weekday_2" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Wednesday'
      WHEN "t9"."weekday_3" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Thursday'
      WHEN "t9"."weekday_4" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Friday'
      WHEN "t9"."weekday_5" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Saturday'
      WHEN "t9"."weekday_6" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Sunday'
      ELSE CAST(NULL AS VARCHAR)
    END AS "usual_weekday",
    CASE
      WHEN GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      ) = 0
      THEN CAST(NULL AS VARCHAR)
      WHEN "t9"."hours_0" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'night'
      WHEN "t9"."hours_1" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'morning'
      WHEN "t9"."hours_2" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'lunch'
      WHEN "t9"."hours_3" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'afternoon'
      WHEN "t9"."hours_4" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'dinner'
      WHEN "t9"."hours_5" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'late evening'
      ELSE CAST(NULL AS VARCHAR)
    END AS "usual_hours",
    CAST("t9"."c1_sum" AS DOUBLE) / (
      NULLIF(CAST("t9"."c1_count" AS DOUBLE), 0) * 10000
    ) AS "rating_mean",
    CAST("t9"."c1_last" AS DOUBLE) / 10000 AS "rating_last",
    CAST("t9"."n2_sum" AS DOUBLE) / (
      NULLIF(CAST("t9"."n2_count" AS DOUBLE), 0) * 1
    ) AS "late_share",
    CAST("t9"."n2_last" AS DOUBLE) / 1 AS "late_last",
    CASE
      WHEN "t9"."c3_0" = 0
      THEN CAST(NULL AS VARCHAR)
      WHEN "t9"."c3_0" = "t9"."c3_0"
      THEN 'rice'
      ELSE CAST(NULL AS VARCHAR)
    END AS "dish_usual",
    IF("t4"."retained_customer" IS NULL, 1, 0) AS "churn"
  FROM (
    SELECT
      "t7"."customer",
      MIN("t7"."day") AS "first_day",
      MAX("t7"."day") AS "last_day",
      COUNT(*) AS "orders",
      SUM(IF("t7"."day" > 20068, 1, 0)) AS "orders_30d",
      SUM(IF("t7"."day" > 20038, 1, 0)) AS "orders_60d",
      SUM(IF("t7"."day" > 20008, 1, 0)) AS "orders_90d",
      COUNT(IF("t7"."step" > 0, "t7"."step", CAST(NULL AS BIGINT))) AS "gaps",
      SUM(IF("t7"."step" > 0, "t7"."step", CAST(NULL AS BIGINT))) AS "gap_sum",
      SUM(
        IF("t7"."step" > 0, "t7"."step", CAST(NULL AS BIGINT)) * IF("t7"."step" > 0, "t7"."step", CAST(NULL AS BIGINT))
      ) AS "gap_squares",
      MAX(IF("t7"."step" > 0, "t7"."step", CAST(NULL AS BIGINT))) AS "gap_max",
      MAX(IF("t7"."step" > 0, "t7"."day", CAST(NULL AS BIGINT))) AS "gap_end",
      MAX(IF("t7"."step" > 0, "t7"."day" - "t7"."step", CAST(NULL AS BIGINT))) AS "gap_start",
      SUM(IF((
        (
          "t7"."day" + 3
        ) % 7
      ) = 0, 1, 0)) AS "weekday_0",
      SUM(IF((
        (
          "t7"."day" + 3
        ) % 7
      ) = 1, 1, 0)) AS "weekday_1",
      SUM(IF((
        (
          "t7"."day" + 3
        ) % 7
      ) = 2, 1, 0)) AS "weekday_2",
      SUM(IF((
        (
          "t7"."day" + 3
        ) % 7
      ) = 3, 1, 0)) AS "weekday_3",
      SUM(IF((
        (
          "t7"."day" + 3
        ) % 7
      ) = 4, 1, 0)) AS "weekday_4",
      SUM(IF((
        (
          "t7"."day" + 3
        ) % 7
      ) = 5, 1, 0)) AS "weekday_5",
      SUM(IF((
        (
          "t7"."day" + 3
        ) % 7
      ) = 6, 1, 0)) AS "weekday_6",
      SUM(
        IF(
          (
            EXTRACT(hour FROM "t7"."moment") >= 0
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 6
          ),
          1,
          0
        )
      ) AS "hours_0",
      SUM(
        IF(
          (
            EXTRACT(hour FROM "t7"."moment") >= 6
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 11
          ),
          1,
          0
        )
      ) AS "hours_1",
      SUM(
        IF(
          (
            EXTRACT(hour FROM "t7"."moment") >= 11
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 15
          ),
          1,
          0
        )
      ) AS "hours_2",
      SUM(
        IF(
          (
            EXTRACT(hour FROM "t7"."moment") >= 15
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 18
          ),
          1,
          0
        )
      ) AS "hours_3",
      SUM(
        IF(
          (
            EXTRACT(hour FROM "t7"."moment") >= 18
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 22
          ),
          1,
          0
        )
      ) AS "hours_4",
      SUM(
        IF(
          (
            EXTRACT(hour FROM "t7"."moment") >= 22
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 24
          ),
          1,
          0
        )
      ) AS "hours_5",
      SUM("t7"."amount") AS "paid",
      COUNT("t7"."amount") AS "paid_orders",
      MAX(
        IF(
          "t7"."is_last" AND (
            "t7"."amount" IS NOT NULL
          ),
          "t7"."amount",
          CAST(NULL AS DOUBLE)
        )
      ) AS "paid_last",
      SUM(
        IF("t7"."amount" IS NOT NULL, CAST("t7"."number" AS DOUBLE), CAST(NULL AS DOUBLE))
      ) AS "sum_x",
      SUM(
        IF("t7"."amount" IS NOT NULL, CAST("t7"."number" AS DOUBLE), CAST(NULL AS DOUBLE)) * IF("t7"."amount" IS NOT NULL, CAST("t7"."number" AS DOUBLE), CAST(NULL AS DOUBLE))
      ) AS "sum_xx",
      SUM(
        IF("t7"."amount" IS NOT NULL, CAST("t7"."number" AS DOUBLE), CAST(NULL AS DOUBLE)) * "t7"."amount"
      ) AS "sum_xy",
      SUM("t7"."c1") AS "c1_sum",
      COUNT("t7"."c1") AS "c1_count",
      MAX(
        IF(
          (
            "t7"."left_c1" = 1
          ) AND (
            "t7"."c1" IS NOT NULL
          ),
          "t7"."c1",
          CAST(NULL AS DOUBLE)
        )
      ) AS "c1_last",
      SUM("t7"."n2") AS "n2_sum",
      COUNT("t7"."n2") AS "n2_count",
      MAX(
        IF("t7"."is_last" AND (
          "t7"."n2" IS NOT NULL
        ), "t7"."n2", CAST(NULL AS SMALLINT))
      ) AS "n2_last",
      SUM(IF("t7"."c3" = 0, 1, 0)) AS "c3_0"
    FROM (
      SELECT
        "t3"."customer",
        "t3"."moment",
        "t3"."day",
        "t3"."c0",
        "t3"."c1",
        "t3"."c2",
        "t3"."n2",
        "t3"."c3",
        "t3"."amount",
        ROW_NUMBER() OVER (
          PARTITION BY "t3"."customer"
          ORDER BY "t3"."moment" ASC, "t3"."c3" ASC NULLS FIRST, "t3"."c2" ASC NULLS FIRST, "t3"."c1" ASC NULLS FIRST, "t3"."c0" ASC NULLS FIRST
        ) - 1 AS "number",
        "t3"."day" - LAG("t3"."day") OVER (
          PARTITION BY "t3"."customer"
          ORDER BY "t3"."moment" ASC, "t3"."c3" ASC NULLS FIRST, "t3"."c2" ASC NULLS FIRST, "t3"."c1" ASC NULLS FIRST, "t3"."c0" ASC NULLS FIRST
        ) AS "step",
        LEAD("t3"."day") OVER (
          PARTITION BY "t3"."customer"
          ORDER BY "t3"."moment" ASC, "t3"."c3" ASC NULLS FIRST, "t3"."c2" ASC NULLS FIRST, "t3"."c1" ASC NULLS FIRST, "t3"."c0" ASC NULLS FIRST
        ) IS NULL AS "is_last",
        COUNT("t3"."c1") OVER (
          PARTITION BY "t3"."customer"
          ORDER BY "t3"."moment" ASC, "t3"."c3" ASC NULLS FIRST, "t3"."c2" ASC NULLS FIRST, "t3"."c1" ASC NULLS FIRST, "t3"."c0" ASC NULLS FIRST
          ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS "left_c1"
      FROM (
        SELECT
          "t0"."who" AS "customer",
          "t0"."at" AS "moment",
          DATE_DIFF(
            'DAY',
            DATE_TRUNC('DAY', FROM_ISO8601_DATE('1970-01-01')),
            DATE_TRUNC('DAY', DATE("t0"."at"))
          ) AS "day",
          CAST(CAST(ROUND("t0"."paid" * 10000, 0) AS BIGINT) AS DOUBLE) AS "c0",
          CAST(CAST(ROUND("t0"."rating" * 10000, 0) AS BIGINT) AS DOUBLE) AS "c1",
          CASE
            WHEN "t0"."late" = 'no'
            THEN 0
            WHEN "t0"."late" = 'yes'
            THEN 1
            ELSE CAST(NULL AS SMALLINT)
          END AS "c2",
          CASE
            WHEN CASE
              WHEN "t0"."late" = 'no'
              THEN 0
              WHEN "t0"."late" = 'yes'
              THEN 1
              ELSE CAST(NULL AS SMALLINT)
            END = 0
            THEN 0
            WHEN CASE
              WHEN "t0"."late" = 'no'
              THEN 0
              WHEN "t0"."late" = 'yes'
              THEN 1
              ELSE CAST(NULL AS SMALLINT)
            END = 1
            THEN 1
            ELSE CAST(NULL AS SMALLINT)
          END AS "n2",
          CASE WHEN "t0"."dish" = 'rice' THEN 0 ELSE CAST(NULL AS SMALLINT) END AS "c3",
          CAST(CAST(ROUND("t0"."paid" * 10000, 0) AS BIGINT) AS DOUBLE) AS "amount"
        FROM "orders" AS "t0"
        WHERE
          "t0"."at" < CAST(FROM_ISO8601_TIMESTAMP('2025-01-11T00:00:00') AS TIMESTAMP)
          AND NOT (
            COALESCE("t0"."paid" < 0, FALSE)
          )
      ) AS "t3"
    ) AS "t7"
    GROUP BY
      1
  ) AS "t9"
  LEFT OUTER JOIN (
    SELECT
      "t2"."refund_customer",
      SUM("t2"."refund") AS "refunded"
    FROM (
      SELECT
        "t0"."who" AS "refund_customer",
        CAST(CAST(ROUND("t0"."paid" * 10000, 0) AS BIGINT) AS DOUBLE) AS "refund"
      FROM "orders" AS "t0"
      WHERE
        "t0"."at" < CAST(FROM_ISO8601_TIMESTAMP('2025-01-11T00:00:00') AS TIMESTAMP)
        AND COALESCE("t0"."paid" < 0, FALSE)
    ) AS "t2"
    GROUP BY
      1
  ) AS "t6"
    ON "t9"."customer" = "t6"."refund_customer"
  LEFT OUTER JOIN (
    SELECT DISTINCT
      "t0"."who" AS "retained_customer"
    FROM "orders" AS "t0"
    WHERE
      "t0"."at" >= CAST(FROM_ISO8601_TIMESTAMP('2025-01-11T00:00:00') AS TIMESTAMP)
      AND "t0"."at" < CAST(FROM_ISO8601_TIMESTAMP('2025-02-10T00:00:00') AS TIMESTAMP)
      AND NOT (
        COALESCE("t0"."paid" < 0, FALSE)
      )
  ) AS "t4"
    ON "t9"."customer" = "t4"."retained_customer"
) AS "t10"
WHERE
  "t10"."recency_days" < 60
