{{/* What the operator is told; the names are those of operator/colonnade/runtime/settings.py. */}}
{{- define "colonnade.operatorEnvironment" -}}
- name: COLONNADE_POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: COLONNADE_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
{{- with .Values.watchNamespaces }}
- {name: COLONNADE_WATCH_NAMESPACES, value: {{ append . $.Release.Namespace | uniq | join "," | quote }}}
{{- end }}
- {name: COLONNADE_LOG_LEVEL, value: {{ .Values.operator.logLevel }}}
- {name: COLONNADE_SERVING_IMAGE, value: {{ include "colonnade.image" (dict "root" $ "name" "serving") | quote }}}
- {name: COLONNADE_JOBS_IMAGE, value: {{ include "colonnade.image" (dict "root" $ "name" "jobs") | quote }}}
- {name: COLONNADE_STORE, value: {{ include "colonnade.storeURL" . | quote }}}
{{- end }}
