#!/bin/sh
# Makes the namespace and fanfold's search attributes; what is there already is left.
set -eu

until temporal operator cluster health; do sleep 2; done
temporal operator namespace describe -n default >/dev/null 2>&1 ||
  temporal operator namespace create -n default --retention 30d
# A new namespace is known everywhere after some seconds.
until temporal operator search-attribute list -n default >/dev/null 2>&1; do sleep 2; done
known=$(temporal operator search-attribute list -n default)
for attribute in FanfoldKind=Keyword FanfoldStatus=Keyword FanfoldCostUsd=Double FanfoldBranches=Int FanfoldRetries=Keyword; do
  case $known in
    *"${attribute%%=*}"*) ;;
    *) temporal operator search-attribute create -n default --name "${attribute%%=*}" --type "${attribute##*=}" ;;
  esac
done
