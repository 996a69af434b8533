{{/* What the operator is told; the names are those of operator/colonnade/runtime/settings.py. */}}
{{- define "colonnade.operatorEnvironment" -}}
{{ include "colonnade.whoAndWhere" . }}
- {name: COLONNADE_LOG_LEVEL, value: {{ .Values.operator.logLevel }}}
- {name: COLONNADE_SERVING_IMAGE, value: {{ include "colonnade.image" (dict "root" $ "name" "serving") | quote }}}
- {name: COLONNADE_JOBS_IMAGE, value: {{ include "colonnade.image" (dict "root" $ "name" "jobs") | quote }}}
- {name: COLONNADE_IMAGE_PULL_POLICY, value: {{ .Values.images.pullPolicy }}}
{{- with .Values.imagePullSecrets }}
- {name: COLONNADE_IMAGE_PULL_SECRETS, value: {{ include "colonnade.pullSecretNames" . | quote }}}
{{- end }}
- {name: COLONNADE_STORE, value: {{ include "colonnade.storeURL" . | quote }}}
{{- if or .Values.store.s3.url .Values.store.namespaces }}
- {name: COLONNADE_STORE_SECRET, value: {{ .Values.store.s3.secretName | quote }}}
- {name: COLONNADE_STORE_ENDPOINT, value: {{ .Values.store.s3.endpoint | quote }}}
- {name: COLONNADE_STORE_REGION, value: {{ .Values.store.s3.region | quote }}}
{{- end }}
{{- with .Values.store.namespaces }}
- {name: COLONNADE_STORE_NAMESPACES, value: {{ toJson . | quote }}}
{{- end }}
{{- with .Values.store.copiedFrom }}
- {name: COLONNADE_STORE_COPIED_FROM, value: {{ join "," . | quote }}}
{{- end }}
{{- if or (not .Values.store.s3.url) (include "colonnade.ownClaims" .) }}
- {name: COLONNADE_STORE_SIZE, value: {{ .Values.store.pvc.size | quote }}}
- {name: COLONNADE_STORE_CLASS, value: {{ .Values.store.pvc.storageClass | quote }}}
- {name: COLONNADE_STORE_ACCESS_MODE, value: {{ .Values.store.pvc.accessMode }}}
{{- end }}
{{- with .Values.signing.secretName }}
- {name: COLONNADE_SIGNING_SECRET, value: {{ . | quote }}}
{{- end }}
{{- with .Values.signing.publicKeys }}
- {name: COLONNADE_PUBLIC_KEYS, value: {{ include "colonnade.publicKeys" . | quote }}}
- {name: COLONNADE_ALLOW_UNSIGNED, value: {{ $.Values.signing.allowUnsigned | quote }}}
{{- end }}
- {name: COLONNADE_PROMETHEUS_URL, value: {{ include "colonnade.prometheusURL" . | quote }}}
{{- end }}

{{- define "colonnade.publicKeys" -}}
{{- range . }}{{ trim . }}
{{ end }}
{{- end }}

{{- define "colonnade.pullSecretNames" -}}
{{- $names := list -}}
{{- range . }}{{ $names = append $names .name }}{{ end -}}
{{ join "," $names }}
{{- end }}
